#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include <ATen/core/Tensor.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/imaging/fit.hpp"

namespace jcs::diagnosis {

/// Slices made ready for a network: float [n, 3, h, w] on the CPU. All slices of a volume have one
/// size, so `fit` is the same for all of them.
at::Tensor network_input(const imaging::CtVolume& volume, std::span<const std::size_t> slices,
                         const imaging::Fit& fit, const Preprocessing& preprocessing);

/// Which slices a network is to see, and how.
struct SlicesToSee {
  const imaging::CtVolume& volume;
  std::span<const std::size_t> slices;
  const imaging::Fit& fit;
  const Preprocessing& preprocessing;
};

/// Some slices, ready for a network.
struct SliceBatch {
  std::span<const std::size_t> slices;  ///< their indices
  at::Tensor input;                     ///< [n, 3, h, w]
};

/// Calls `use` with all slices to see in their order, `batch_size` at a time, while another thread
/// prepares the next batch: never more than two are in memory.
/// @throws Interrupted when a stop was asked for.
void for_each_batch(const SlicesToSee& see, int batch_size, const std::stop_token& stop,
                    const std::function<void(const SliceBatch&)>& use);

}  // namespace jcs::diagnosis
