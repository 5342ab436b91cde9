#pragma once

#include <torch/types.h>

#include "jcs/kernels/channels.hpp"

// Tensors as the kernels take them.
namespace jcs::inference {

/// Floats from a pixel to the next where that is the same everywhere and the channels lie side by
/// side; 0 where not.
std::int64_t pixel_stride(const at::Tensor& maps);

/// The maps themselves, or a copy, as the kernels read them.
at::Tensor readable(const at::Tensor& maps);

/// @param maps readable
kernels::Channels channels_of(const at::Tensor& maps);
kernels::Extent extent_of(const at::Tensor& maps);

}  // namespace jcs::inference
