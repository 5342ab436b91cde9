#pragma once

#include <vector>

#include <torch/types.h>

namespace jcs::training {

/// Which Dice the segmentation loss uses, with P the probabilities and G the annotation.
enum class DiceReading {
  kStandard,  ///< 1 − (2 P·G + ε) / (‖P‖₁ + ‖G‖₁ + ε) over the whole batch, ε = 1e-5 (the authors'
              ///< release)
  kPaper      ///< 1 − P·G / (‖P‖₁ + ‖G‖₁), as equation 6 prints it: at best ½
};

/// Dice loss of probabilities against an annotation of 0 and 1, both [N, 1, h, w], over the whole
/// batch.
torch::Tensor dice_loss(const torch::Tensor& probability, const torch::Tensor& annotation,
                        DiceReading reading);

/// Deep supervision (paper, equation 6): for every side output, binary cross-entropy plus Dice
/// loss.
/// @param logits [N, sides, h, w] at the annotation's size, finest first. @param annotation [N, 1,
/// h, w].
/// @return the loss of each side, finest first; the total is their sum.
std::vector<torch::Tensor> side_losses(const torch::Tensor& logits, const torch::Tensor& annotation,
                                       DiceReading reading);

}  // namespace jcs::training
