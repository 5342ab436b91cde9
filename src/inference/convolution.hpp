#pragma once

#include <memory>
#include <vector>

#include <torch/types.h>

#include "memory.hpp"
#include "target.hpp"
#include "value.hpp"

namespace jcs::inference {

/// A convolution as a trained network has it, what follows it folded in.
struct ConvolutionOptions {
  at::Tensor weight;  ///< float [out, in / groups, kh, kw]
  at::Tensor bias;    ///< float [out], or undefined
  std::vector<std::int64_t> stride, padding, dilation;
  std::int64_t groups = 1;
  std::vector<std::int64_t> input;  ///< the shape that it will mostly see
  bool sees_part = false;           ///< of another map's channels
};

/// A convolution made ready for a target.
class Convolution {
 public:
  Convolution() = default;
  Convolution(const Convolution&) = delete;
  Convolution& operator=(const Convolution&) = delete;
  virtual ~Convolution() = default;

  /// @param addend is added before the ReLU, or undefined
  virtual at::Tensor run(const std::vector<Part>& x, const at::Tensor& addend, bool relu,
                         Memory& memory) const = 0;
};

/// Which way a convolution goes follows from its shape and the target alone, so that every run
/// gives the same: 3×3 by Winograd's filtering and 1×1 by our own product where they have stride 1,
/// some of few channels by our own direct sum, others by LibTorch.
std::shared_ptr<const Convolution> ready_convolution(const ConvolutionOptions& options,
                                                     const Target& target);

/// Batch normalisation y = (x − mean) / √(variance + ε) · weight + bias taken into the convolution
/// before it.
struct BatchNormTensors {
  at::Tensor weight, bias, mean, variance;
  double epsilon = 0;
};
void fold(const BatchNormTensors& norm, ConvolutionOptions& convolution);

}  // namespace jcs::inference
