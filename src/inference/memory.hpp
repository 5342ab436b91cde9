#pragma once

#include <memory>

#include <torch/types.h>

namespace jcs::inference {

/// Memory for the maps of a network, used again for the next operation and the next slice: what the
/// system hands out anew has to be cleared by it page by page, which costs as much as an operation.
class Memory {
 public:
  explicit Memory(torch::Device device);

  /// [pictures, channels, height, width] in channels-last order, values unset. Its memory comes
  /// back by itself when the last tensor of it is gone.
  at::Tensor maps(std::int64_t pictures, std::int64_t channels, std::int64_t height,
                  std::int64_t width, torch::ScalarType type);

 private:
  struct Blocks;
  torch::Device device_;
  std::shared_ptr<Blocks> blocks_;
};

}  // namespace jcs::inference
