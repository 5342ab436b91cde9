#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <torch/optim/optimizer.h>

#include "jcs/data/loader.hpp"
#include "jcs/parallel/gradient_sum.hpp"
#include "jcs/training/loss_scale.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// Brings a network's weights into the memory order that a run has them in.
void order_memory(torch::nn::Module& network, const RunOptions& run);

/// Moves a network's weights by one batch after another.
class Stepper {
 public:
  Stepper(Task& task, const TrainingSetup& setup);

  /// What one batch did.
  struct Outcome {
    std::vector<double> losses;         ///< the parts of the batch's loss
    double gradient_norm = 0.0;         ///< before clipping
    bool finite = true;                 ///< otherwise the weights were left as they were
    bool stop = false;                  ///< some process was asked to stop
    std::vector<std::size_t> suspects;  ///< entries of the parts whose loss is not finite
    [[nodiscard]] double loss() const;
  };
  /// Adds a part of a batch to the gradient. The last part moves the weights at the learning rate
  /// and gives the batch's outcome, the same on all processes but for the suspects.
  std::optional<Outcome> add(const data::Batch& part, double rate, bool stop_asked);

  [[nodiscard]] torch::optim::Optimizer& optimizer() { return *optimizer_; }
  [[nodiscard]] LossScale& loss_scale() { return scale_; }

 private:
  [[nodiscard]] data::Batch on_device(const data::Batch& part) const;
  void move(double rate);

  void share_outcome(bool stop_asked);

  Task& task_;
  const RunOptions& run_;
  parallel::Ranks* ranks_;
  torch::Device device_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::vector<torch::Tensor> parameters_;  // that learn
  std::optional<parallel::GradientSum> gradient_sum_;
  LossScale scale_;
  Outcome current_;
};

}  // namespace jcs::training
