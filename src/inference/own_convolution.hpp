#pragma once

#include "convolution.hpp"

namespace jcs::inference {

/// A convolution on our own kernels; null where none of them does it.
std::shared_ptr<const Convolution> own_convolution(const ConvolutionOptions& options,
                                                   const Target& target);

}  // namespace jcs::inference
