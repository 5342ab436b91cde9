#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include <torch/types.h>

#include "jcs/data/slice_dataset.hpp"

namespace jcs::data {

/// Slices of one size, stacked.
struct Batch {
  torch::Tensor images;              ///< float [N, 3, h, w]
  torch::Tensor masks;               ///< float [N, 1, h, w]
  torch::Tensor labels;              ///< int64 [N]
  std::vector<std::size_t> entries;  ///< [N], indices into the dataset's entries
};

struct LoaderOptions {
  int batch_size = 8;
  int workers = 2;  ///< threads that read and prepare; 0: the caller's own
  bool shuffle = false;
  bool drop_last = false;  ///< leave out a last batch that is not full, unless it is the only one
};

/// The order in which an epoch shows `size` slices. Depends on seed and epoch alone.
std::vector<std::size_t> epoch_order(std::size_t size, bool shuffle, std::uint64_t seed,
                                     std::int64_t epoch);

/// Number of batches of one epoch.
std::size_t batches_per_epoch(std::size_t size, const LoaderOptions& options);

/// Calls `use(batch index, batch)` for the batches of one epoch in order, from batch `first` on,
/// while workers prepare the next ones (at most two a worker ahead). Stops early when `use` returns
/// false.
/// @throws InputError of the first slice that cannot be read; also when slices of one batch differ
/// in size.
void for_each_batch(const SliceDataset& dataset, const LoaderOptions& options, std::uint64_t seed,
                    std::int64_t epoch, std::size_t first,
                    const std::function<bool(std::size_t, Batch&)>& use);

}  // namespace jcs::data
