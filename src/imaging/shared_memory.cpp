#include "shared_memory.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jcs::imaging {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    descriptor_ = other.release();
  }
  return *this;
}

int Descriptor::release() { return std::exchange(descriptor_, -1); }

void Descriptor::reset() {
  if (descriptor_ >= 0) ::close(release());
}

SharedMemory::SharedMemory()
    : descriptor_(::memfd_create("jcs-decoder", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (descriptor() < 0 || ::fcntl(descriptor(), F_ADD_SEALS, F_SEAL_SHRINK) != 0) {
    throw std::system_error(errno, std::generic_category(), "no shared memory for a decoder");
  }
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      shown_(std::exchange(other.shown_, nullptr)),
      shown_bytes_(std::exchange(other.shown_bytes_, 0)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(shown_, other.shown_);
  std::swap(shown_bytes_, other.shown_bytes_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (shown_ != nullptr) ::munmap(shown_, shown_bytes_);
}

std::span<std::byte> SharedMemory::grow(std::size_t bytes) {
  struct stat facts {};
  if (::fstat(descriptor(), &facts) != 0) throw std::bad_alloc();
  if (static_cast<std::size_t>(facts.st_size) < bytes &&
      ::ftruncate(descriptor(), static_cast<off_t>(bytes)) != 0) {
    throw std::bad_alloc();
  }
  return show(bytes);
}

std::span<std::byte> SharedMemory::show(std::size_t bytes) {
  if (bytes > shown_bytes_) {
    struct stat facts {};
    if (::fstat(descriptor(), &facts) != 0 || static_cast<std::size_t>(facts.st_size) < bytes) {
      throw std::bad_alloc();
    }
    if (shown_ != nullptr) ::munmap(shown_, shown_bytes_);
    shown_bytes_ = 0;
    shown_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor(), 0);
    if (shown_ == MAP_FAILED) {
      shown_ = nullptr;
      throw std::bad_alloc();
    }
    shown_bytes_ = bytes;
  }
  return {static_cast<std::byte*>(shown_), shown_bytes_};
}

}  // namespace jcs::imaging
