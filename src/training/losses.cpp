#include "jcs/training/losses.hpp"

#include <torch/torch.h>

namespace jcs::training {

torch::Tensor dice_loss(const torch::Tensor& probability, const torch::Tensor& annotation,
                        DiceReading reading) {
  const auto common = (probability * annotation).sum();
  const auto sizes = probability.sum() + annotation.sum();
  if (reading == DiceReading::kPaper) {
    return 1.0 - common / sizes;
  }
  constexpr double kEpsilon = 1e-5;
  return 1.0 - (2.0 * common + kEpsilon) / (sizes + kEpsilon);
}

std::vector<torch::Tensor> side_losses(const torch::Tensor& logits, const torch::Tensor& annotation,
                                       DiceReading reading) {
  std::vector<torch::Tensor> losses;
  for (std::int64_t side = 0; side < logits.size(1); ++side) {
    const auto logit = logits.narrow(1, side, 1);
    losses.push_back(torch::binary_cross_entropy_with_logits(logit, annotation) +
                     dice_loss(torch::sigmoid(logit), annotation, reading));
  }
  return losses;
}

}  // namespace jcs::training
