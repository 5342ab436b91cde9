#pragma once

#include <torch/types.h>

#include "jcs/core/preprocessing.hpp"

#include "memory.hpp"

namespace jcs::inference {

/// What a network sees of each grey value. Grey slices are a twelfth of the normalised ones, whose
/// three planes differ in mean and deviation alone, and so much quicker on a device.
class GreyValues {
 public:
  GreyValues(const Preprocessing& preprocessing, const torch::Device& device);

  /// uint8 [N, h, w] on the device → (grey / 255 − mean) / std, float [N, 3, h, w] in channels-last
  /// order; to the last bit as on the CPU, for the values are looked up.
  [[nodiscard]] at::Tensor normalised(const at::Tensor& grey, Memory& memory) const;

 private:
  at::Tensor table_;  ///< [256, 3]
};

}  // namespace jcs::inference
