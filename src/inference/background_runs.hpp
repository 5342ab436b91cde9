#pragma once

#include <optional>

#include <c10/core/Stream.h>
#include <torch/types.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/inference/pending_answer.hpp"

#include "grey_values.hpp"
#include "prepared_network.hpp"

namespace jcs::inference {

/// Runs of a network with grey slices that go on while the caller does other things: on a GPU the
/// next batch is copied there and the last one's answer back while the network computes, each on a
/// stream of its own. On a CPU a run is over when ask() returns.
class BackgroundRuns {
 public:
  /// @param network outlives this
  BackgroundRuns(PreparedNetwork& network, const Preprocessing& preprocessing);

  /// uint8 [N, h, w] on the CPU, not to be written to before the answer is there → what the network
  /// answers, float on the CPU.
  PendingAnswer ask(const at::Tensor& grey);

  /// Memory for such slices, values unset; pinned for a GPU, which copies in the background only
  /// from there.
  [[nodiscard]] at::Tensor slices(at::IntArrayRef size) const;

 private:
  at::Tensor uploaded(const at::Tensor& grey, const c10::Stream& compute) const;
  PendingAnswer downloading(const at::Tensor& answer, const c10::Stream& compute) const;

  PreparedNetwork& network_;
  GreyValues values_;
  Memory memory_;
  std::optional<c10::Stream> upload_, download_;  ///< of a GPU
};

}  // namespace jcs::inference
