#pragma once

#include <torch/types.h>

#include "jcs/core/device.hpp"

namespace jcs::models {

/// The device that a name means on this machine; `auto` is the first CUDA device where there is
/// one, else the CPU.
/// @throws UsageError when a CUDA device is demanded that is not there.
torch::Device resolve(const Device& device);

}  // namespace jcs::models
