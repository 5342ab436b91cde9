#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include <ATen/core/Tensor.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/diagnosis/networks.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/imaging/fit.hpp"

namespace jcs::diagnosis {

/// Slices made ready for a network: float [n, 3, h, w] on the CPU. All slices of a volume have one
/// size, so `fit` is the same for all of them.
at::Tensor network_input(const imaging::CtVolume& volume, std::span<const std::size_t> slices,
                         const imaging::Fit& fit, const Preprocessing& preprocessing);

/// Which slices a network is to see, and what of them.
struct SlicesToSee {
  const imaging::CtVolume& volume;
  std::span<const std::size_t> slices;
  const imaging::Fit& fit;
  cv::Rect part;  ///< of the fitted slice
};

/// Calls `use` with the network's answers for all slices to see, in their order and in batches,
/// while another thread prepares the next batch: never more than two are in memory. A network that
/// answers later is asked ahead, and up to two more batches wait for their answers then.
/// @throws Interrupted when a stop was asked for.
void for_each_answer(
    const SlicesToSee& see, const SliceNetwork& network, const std::stop_token& stop,
    const std::function<void(std::span<const std::size_t> slices, const at::Tensor& answer)>& use);

/// Threads for what is done slice by slice beside a network, as parallel_for() takes them: all
/// while a GPU computes, one where the network has the cores.
int threads_beside(const SliceNetwork& network);

}  // namespace jcs::diagnosis
