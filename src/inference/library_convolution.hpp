#pragma once

#include "convolution.hpp"

namespace jcs::inference {

/// A convolution on LibTorch: on a CPU oneDNN's with weights in its own order, bias, addend and
/// ReLU fused; elsewhere the device's.
std::shared_ptr<const Convolution> library_convolution(const ConvolutionOptions& options,
                                                       const Target& target);

}  // namespace jcs::inference
