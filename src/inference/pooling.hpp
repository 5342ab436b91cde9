#pragma once

#include <torch/types.h>

#include "jcs/kernels/pooling.hpp"

#include "memory.hpp"
#include "target.hpp"

// By our own kernels where maps are fp32 and lie in the processor's memory, else by LibTorch.
namespace jcs::inference {

/// The mean of every channel of maps, [N, C, 1, 1], fp32.
at::Tensor map_means(const at::Tensor& maps, const Target& target);

/// The largest of every 2×2 pixels, stride 2.
at::Tensor halved(const at::Tensor& maps, const Target& target, Memory& memory);

struct Pooling {
  bool mean = false;  ///< of each window's pixels; else the largest of them
  bool ceil = false;  ///< windows may end behind the map
  kernels::Windows windows;
};
at::Tensor pooled(const at::Tensor& maps, const Pooling& pooling, const Target& target,
                  Memory& memory);

}  // namespace jcs::inference
