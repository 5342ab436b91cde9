#pragma once

#include <functional>
#include <vector>

#include <torch/types.h>

#include "jcs/explain/reading.hpp"
#include "jcs/training/dice_reading.hpp"

namespace jcs::training {

/// What part of a batch a process holds, so that the parts' losses and gradients add up to those of
/// the whole batch.
struct BatchShare {
  double share = 1.0;  ///< slices of this part / slices of the batch
  /// The sum of a tensor over all processes that hold a part beside this one; the gradient flows to
  /// this process's summand alone. Empty: there are no others.
  std::function<torch::Tensor(const torch::Tensor&)> sum_over_ranks;
};

/// Dice loss of probabilities against an annotation of 0 and 1, both [N, 1, h, w], over the whole
/// batch.
torch::Tensor dice_loss(const torch::Tensor& probability, const torch::Tensor& annotation,
                        DiceReading reading);

/// Deep supervision (paper, equation 6): for every side output, binary cross-entropy plus Dice
/// loss. Over several processes the Dice is that of their slices together; over parts that follow
/// one another it is the mean of the parts' Dice.
/// @param logits [N, sides, h, w] at the annotation's size, finest first. @param annotation [N, 1,
/// h, w].
/// @return this part's share of the loss of each side, finest first; the total is their sum.
std::vector<torch::Tensor> side_losses(const torch::Tensor& logits, const torch::Tensor& annotation,
                                       DiceReading reading, const BatchShare& part = {});

/// Cross-entropy against soft labels, this part's share.
/// @param logits [N, 2]. @param targets [N], probability of class 1.
torch::Tensor soft_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                 const BatchShare& part = {});

/// The supervised activation map (paper, equation 4): mean over the batch of
/// (1/HW) ‖AM_norm − S‖₂, where AM_norm is the map of class 1, scaled to 0 … 1 and resized to the
/// annotation S. Slices without an annotation, or with an empty one, add nothing. The gradient goes
/// through the map's channel weights too, which are gradients themselves.
/// @param features [N, C, h, w], the last feature map, part of the graph of `logits` [N, 2]
/// @param annotation [N, 1, H, W] of 0 and 1. @param annotated bool [N]
/// @return this part's share
torch::Tensor map_loss(const torch::Tensor& features, const torch::Tensor& logits,
                       const torch::Tensor& annotation, const torch::Tensor& annotated,
                       explain::Reading reading, const BatchShare& part = {});

}  // namespace jcs::training
