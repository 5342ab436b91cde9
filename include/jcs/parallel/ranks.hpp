#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include "jcs/core/error.hpp"
#include "jcs/parallel/rendezvous.hpp"

namespace jcs::parallel {

/// Another process of the training ended or can no longer be reached: the training cannot go on, a
/// new start resumes it (exit code 1).
class RankLost : public Error {
 public:
  explicit RankLost(const Problem& problem) : Error(ExitCode::kUnforeseen, problem) {}
};

/// The processes that train together, as one of them sees them. One process alone is a Ranks too:
/// its sums are what went in.
///
/// What is called on one rank must be called on all, in the same order, with tensors of the same
/// shape and type; every call that waits for others throws RankLost when one of them is lost,
/// within `Rendezvous::silence` and a few seconds. Not for use by several threads at a time.
class Ranks {
 public:
  static std::unique_ptr<Ranks> alone();

  /// Meets the others: over Gloo for the CPU, over NCCL for a CUDA device, of which each rank names
  /// its own (`Rendezvous::local_rank`).
  /// @throws UsageError when the port is taken, ranks are missing after `Rendezvous::timeout`, two
  /// have the same rank or other sizes, or this build has no NCCL.
  static std::unique_ptr<Ranks> join(const Rendezvous& rendezvous, const torch::Device& device);

  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  [[nodiscard]] int rank() const;
  [[nodiscard]] int size() const;
  /// The one that writes files and reports.
  [[nodiscard]] bool is_first() const { return rank() == 0; }
  /// Made by alone(): there is no group, not even one of size 1.
  [[nodiscard]] bool is_alone() const;

  /// The sum over the ranks, on every rank the same bits; on the tensor's device, not
  /// differentiable.
  torch::Tensor sum(const torch::Tensor& tensor);

  /// The sum over the ranks, whose gradient goes to this rank's share as it is: with a loss that is
  /// computed from sums on every rank alike, the gradients' sums over the ranks are those of one
  /// process that saw everything.
  torch::Tensor sum_keeping_gradient(const torch::Tensor& local);

  /// Begins a sum in place of a dense tensor on the ranks' device and returns at once; the function
  /// returned waits for it. Sums begun in the same order on all ranks match one another.
  [[nodiscard]] std::function<void()> begin_sum(const torch::Tensor& tensor);

  /// Copies rank 0's values into the others' tensors.
  void broadcast(const std::vector<torch::Tensor>& tensors);

  /// Returns when all ranks have called it.
  void barrier();

  /// Every rank's text, by rank.
  std::vector<std::string> gather_texts(const std::string& text);

 private:
  class Group;
  explicit Ranks(std::unique_ptr<Group> group);

  std::unique_ptr<Group> group_;  // none: alone
};

}  // namespace jcs::parallel
