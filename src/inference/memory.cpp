#include "memory.hpp"

#include <map>
#include <mutex>

#include <torch/torch.h>

namespace jcs::inference {

struct Memory::Blocks {
  std::mutex mutex;
  std::multimap<std::size_t, at::Tensor> unused;  ///< by size

  at::Tensor take(std::size_t bytes) {
    {
      const std::scoped_lock lock(mutex);
      // A block that is much too large is left for what needs it.
      const auto found = unused.lower_bound(bytes);
      if (found != unused.end() && found->first <= 2 * bytes) {
        at::Tensor block = std::move(found->second);
        unused.erase(found);
        return block;
      }
    }
    return at::empty({static_cast<std::int64_t>(bytes)}, torch::kByte);
  }

  void give_back(at::Tensor block) {
    const std::scoped_lock lock(mutex);
    const auto bytes = static_cast<std::size_t>(block.numel());
    unused.emplace(bytes, std::move(block));
  }
};

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
