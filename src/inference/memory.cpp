#include "memory.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <torch/torch.h>

namespace jcs::inference {

struct Memory::Blocks {
  std::mutex mutex;
  std::multimap<std::size_t, at::Tensor> unused;  ///< by size
  std::size_t held = 0, in_use = 0, most_in_use = 0;

  at::Tensor take(std::size_t bytes) {
    {
      const std::scoped_lock lock(mutex);
      // A block that is much too large is left for what needs it.
      const auto found = unused.lower_bound(bytes);
      if (found != unused.end() && found->first <= 2 * bytes) {
        at::Tensor block = std::move(found->second);
        use(found->first);
        unused.erase(found);
        return block;
      }
      use(bytes);
      held += bytes;
      // Where there is too much, the small ones are those of smaller slices before.
      while (held > 2 * most_in_use && !unused.empty()) {
        held -= unused.begin()->first;
        unused.erase(unused.begin());
      }
    }
    try {
      return at::empty({static_cast<std::int64_t>(bytes)}, torch::kByte);
    } catch (...) {
      const std::scoped_lock lock(mutex);
      in_use -= bytes;
      held -= bytes;
      throw;
    }
  }

  void give_back(at::Tensor block) {
    const std::scoped_lock lock(mutex);
    const auto bytes = static_cast<std::size_t>(block.numel());
    in_use -= bytes;
    unused.emplace(bytes, std::move(block));
  }

 private:
  void use(std::size_t bytes) {
    in_use += bytes;
    most_in_use = std::max(most_in_use, in_use);
  }
};

std::size_t Memory::held() const {
  const std::scoped_lock lock(blocks_->mutex);
  return blocks_->held;
}

Memory::Memory(torch::Device device) : device_(device), blocks_(std::make_shared<Blocks>()) {}

at::Tensor Memory::maps(std::int64_t pictures, std::int64_t channels, std::int64_t height,
                        std::int64_t width, torch::ScalarType type) {
  const auto options = at::TensorOptions().dtype(type).device(device_);
  if (!device_.is_cpu()) {
    // LibTorch keeps the memory of other devices for reuse itself.
    return at::empty({pictures, channels, height, width}, options,
                     torch::MemoryFormat::ChannelsLast);
  }
  const auto bytes =
      static_cast<std::size_t>(pictures * channels * height * width) * c10::elementSize(type);
  at::Tensor block = blocks_->take(bytes);
  void* data = block.mutable_data_ptr();
  return at::from_blob(
      data, {pictures, channels, height, width},
      {channels * height * width, 1, channels * width, channels},
      [blocks = blocks_, block](void*) { blocks->give_back(block); }, options);
}

}  // namespace jcs::inference
