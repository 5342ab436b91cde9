#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>

#include <ATen/core/Tensor.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/imaging/fit.hpp"

namespace jcs::diagnosis {

/// Slices made ready for a network: float [n, 3, h, w] on the CPU. All slices of a volume have one
/// size, so `fit` is the same for all of them.
at::Tensor network_input(const imaging::CtVolume& volume, std::span<const std::size_t> slices,
                         const imaging::Fit& fit, const Preprocessing& preprocessing);

/// Consecutive slices, ready for a network.
struct SliceBatch {
  std::size_t first = 0;  ///< index of the first slice
  at::Tensor input;       ///< [n, 3, h, w]
};

/// Calls `use` with all slices of the volume in order, `batch_size` at a time, while another thread
/// prepares the next batch: never more than two are in memory.
/// @throws Interrupted when a stop was asked for.
void for_each_batch(const imaging::CtVolume& volume, const imaging::Fit& fit,
                    const Preprocessing& preprocessing, int batch_size, const std::stop_token& stop,
                    const std::function<void(const SliceBatch&)>& use);

}  // namespace jcs::diagnosis
