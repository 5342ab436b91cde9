#include "reused_memory.hpp"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <sys/mman.h>

namespace jcs::training {

namespace {

// Smaller ones come from the C library's own lists, which need no system call.
constexpr std::size_t kLeast = std::size_t{1} << 16;
constexpr std::size_t kHugePage = std::size_t{1} << 21;

// Sizes that differ by less than an eighth share their memory.
std::size_t rounded(std::size_t bytes) {
  const std::size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

void* fetch(std::size_t bytes) {
  if (bytes < kHugePage) {
    return c10::alloc_cpu(bytes);
  }
  void* data = nullptr;
  if (posix_memalign(&data, kHugePage, bytes) != 0) {
    return c10::alloc_cpu(bytes);  // which says how much was wanted
  }
#ifdef MADV_HUGEPAGE
  madvise(data, bytes, MADV_HUGEPAGE);
#endif
  return data;
}

// Once installed it stays, since tensors outlive the time in which memory is kept. Blocks are told
// apart by their address: LibTorch may hand over some that were fetched before.
class Keeper : public c10::Allocator {
 public:
  static Keeper& instance() {
    static Keeper* keeper = [] {
      auto* made = new Keeper;  // never destroyed: tensors may be let go at the very end
      if (c10::GetCPUAllocator() == c10::GetDefaultCPUAllocator()) {
        c10::SetCPUAllocator(made);
      }
      return made;
    }();
    return *keeper;
  }

  void begin() {
    const std::lock_guard lock(mutex_);
    ++users_;
  }

  void end() {
    const std::lock_guard lock(mutex_);
    if (--users_ > 0) {
      return;
    }
    for (auto& [bytes, blocks] : idle_) {
      for (void* block : blocks) {
        sizes_.erase(block);
        c10::free_cpu(block);
      }
    }
    idle_.clear();
  }

  c10::DataPtr allocate(std::size_t bytes) override {
    void* data = bytes < kLeast ? c10::alloc_cpu(bytes) : large(bytes);
    return {data, data, &let_go, c10::Device(c10::DeviceType::CPU)};
  }
  [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return &let_go; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }

 private:
  void* large(std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    {
      const std::lock_guard lock(mutex_);
      if (users_ == 0) {
        return c10::alloc_cpu(bytes);
      }
      if (auto& blocks = idle_[size]; !blocks.empty()) {
        void* block = blocks.back();
        blocks.pop_back();
        return block;
      }
    }
    void* block = fetch(size);
    const std::lock_guard lock(mutex_);
    sizes_.emplace(block, size);
    return block;
  }

  static void let_go(void* block) {
    if (block != nullptr && !instance().keep(block)) {
      c10::free_cpu(block);
    }
  }

  bool keep(void* block) {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(block);
    if (found == sizes_.end()) {
      return false;
    }
    if (users_ == 0) {
      sizes_.erase(found);
      return false;
    }
    idle_[found->second].push_back(block);
    return true;
  }

  std::mutex mutex_;
  int users_ = 0;
  std::unordered_map<void*, std::size_t> sizes_;  // of all blocks that may be kept
  std::unordered_map<std::size_t, std::vector<void*>> idle_;
};

}  // namespace

ReusedMemory::ReusedMemory() { Keeper::instance().begin(); }
ReusedMemory::~ReusedMemory() { Keeper::instance().end(); }

}  // namespace jcs::training
