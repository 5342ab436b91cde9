#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <torch/types.h>

#include "jcs/parallel/ranks.hpp"

namespace jcs::parallel {

/// Sums gradients over the ranks while the backward pass still runs: as soon as a bucket of
/// parameters, last ones first, has its gradients, its sum begins.
///
/// Sums, not averages: each rank's loss is its share of the global one. A parameter that got no
/// gradient on this rank counts as zero; one that got none on any keeps none, as with one process,
/// so that weight decay and momentum leave it alone too.
///
/// @code
///   for (each micro-batch) {
///     if (last one) gradient_sum.begin();
///     loss.backward();
///   }
///   gradient_sum.finish();
/// @endcode
class GradientSum {
 public:
  static constexpr std::size_t kBucketBytes = std::size_t{25} << 20;

  /// Those of `parameters` that require a gradient now, the same on all ranks, in one order,
  /// on their final device.
  /// `ranks` must outlive this. On the CPU the sums' bits depend on the number of ranks and on
  /// `bucket_bytes`, nothing else.
  /// @throws UsageError when another rank's parameters differ in number, shape or type.
  GradientSum(Ranks& ranks, const std::vector<torch::Tensor>& parameters,
              std::size_t bucket_bytes = kBucketBytes);
  ~GradientSum();
  GradientSum(const GradientSum&) = delete;
  GradientSum& operator=(const GradientSum&) = delete;

  /// The next backward pass is the last before finish(); those before it only accumulate.
  void begin();
  /// Afterwards all gradients are sums over the ranks, the same bits on each. @throws RankLost
  void finish();

  [[nodiscard]] std::size_t buckets() const;
  /// How many buckets' sums of the last step had begun before its backward pass was over.
  [[nodiscard]] std::size_t begun_during_backward() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;                // none: alone
  std::vector<std::function<void()>> hooks_;  // each removes one, and keeps what it hangs on alive
};

}  // namespace jcs::parallel
