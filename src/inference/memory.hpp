#pragma once

#include <cstddef>
#include <memory>

#include <torch/types.h>

namespace jcs::inference {

/// Memory for the maps of a network, used again for the next operation and the next slice: what the
/// system hands out anew has to be cleared by it page by page, which costs as much as an operation.
/// It keeps at most twice what was ever in use at once: slices of ever other sizes would otherwise
/// leave blocks behind that fit nothing any more.
class Memory {
 public:
  explicit Memory(torch::Device device);

  /// [pictures, channels, height, width] in channels-last order, values unset. Its memory comes
  /// back by itself when the last tensor of it is gone.
  at::Tensor maps(std::int64_t pictures, std::int64_t channels, std::int64_t height,
                  std::int64_t width, torch::ScalarType type);

  /// Bytes of a CPU's memory that are held, in use or not.
  [[nodiscard]] std::size_t held() const;

 private:
  struct Blocks;
  torch::Device device_;
  std::shared_ptr<Blocks> blocks_;
};

}  // namespace jcs::inference
