#pragma once

#include <cstdint>
#include <functional>

#include <ATen/core/Tensor.h>

namespace jcs::inference {

/// How many slices, each of which takes `bytes`, may run at once: those that take half of the free
/// memory, for convolutions need room to work in. At least 1.
std::int64_t fitting_slices(std::int64_t bytes, std::int64_t free_bytes);

/// Runs a network over a batch: whole where it has at most `most` slices, else in halves, quarters
/// and so on; smaller ones where the device runs out of memory, down to single slices. The answer
/// is the whole batch's.
/// @param most at least 1; left as what fitted
/// @param make_room lets memory go that can be done without; called before a smaller try
/// @throws UsageError where there is no memory for a single slice
at::Tensor in_fitting_batches(const at::Tensor& batch, std::int64_t& most,
                              const std::function<at::Tensor(const at::Tensor&)>& run,
                              const std::function<void()>& make_room);

}  // namespace jcs::inference
