#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace jcs::imaging {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : descriptor_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }
  int release();
  void reset();

 private:
  int descriptor_ = -1;
};

/// Memory that two processes see. It only grows: neither can take pages away under the other.
class SharedMemory {
 public:
  /// Empty. @throws std::system_error
  SharedMemory();
  /// The memory that another process made.
  explicit SharedMemory(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  ~SharedMemory();
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  SharedMemory& operator=(SharedMemory&& other) noexcept;

  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  /// Makes it at least this large and shows it. @throws std::bad_alloc
  std::span<std::byte> grow(std::size_t bytes);
  /// Shows this much of it, which it must have. @throws std::bad_alloc when it has not.
  std::span<std::byte> show(std::size_t bytes);

 private:
  Descriptor descriptor_;
  void* shown_ = nullptr;
  std::size_t shown_bytes_ = 0;
};

}  // namespace jcs::imaging
