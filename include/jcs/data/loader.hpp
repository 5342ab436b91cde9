#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include <torch/types.h>

#include "jcs/data/sampling.hpp"
#include "jcs/data/slice_dataset.hpp"

namespace jcs::data {

/// Slices of one size, stacked: a batch, or this process's part of one.
struct Batch {
  torch::Tensor images;  ///< float [N, 3, h, w]; undefined where there are features
  torch::Tensor encoder_first, classifier_stem;  ///< float [N, 64, …], stage-1 features
  torch::Tensor masks;                           ///< float [N, 1, h, w]
  torch::Tensor labels;                          ///< int64 [N]
  torch::Tensor targets;                         ///< float [N], probability of label 1
  torch::Tensor annotated;  ///< bool [N], whether `masks` holds a positive slice's annotation
  std::vector<std::size_t> entries;  ///< [N], indices into the dataset's entries
  double share = 1.0;                ///< N / slices of the whole batch
  bool last_part = true;             ///< no other part of this batch comes after it
};

struct LoaderOptions {
  int batch_size = 8;    ///< of a whole batch, over all ranks and parts
  int workers = 2;       ///< threads that read and prepare; 0: the caller's own
  bool shuffle = false;  ///< else in the dataset's order
  /// Leave out a last batch that is not full, unless it is the only one. An epoch that is not
  /// shuffled then begins behind the slices of the one before.
  bool drop_last = false;
  Balance balance = Balance::kNone;
  int parts = 1;  ///< in how many parts, one after the other, a rank gets its slices of a batch
  int rank = 0;   ///< which of the processes that share each batch this one is, from 0
  int ranks = 1;  ///< how many share it
};

/// Number of batches of one epoch.
std::size_t batches_per_epoch(std::size_t size, const LoaderOptions& options);

/// Calls `use(batch index, batch)` for the batches of one epoch in order, from batch `first` on,
/// while workers prepare the next ones (at most two a worker ahead). With `ranks` and `parts` every
/// batch is cut into ranks · parts pieces of (nearly) equal size that cover it exactly once; a rank
/// sees its own, under the same batch index, one after the other. Stops early when `use` returns
/// false.
/// @throws InputError of the first slice that cannot be read; also when slices of one batch differ
/// in size; UsageError when a batch has fewer slices than pieces.
void for_each_batch(const SliceDataset& dataset, const LoaderOptions& options, std::uint64_t seed,
                    std::int64_t epoch, std::size_t first,
                    const std::function<bool(std::size_t, Batch&)>& use);

}  // namespace jcs::data
