#include "jcs/training/losses.hpp"

#include <torch/torch.h>

#include "jcs/explain/activation_map.hpp"

namespace jcs::training {

namespace {

// Dice loss from P·G and ‖P‖₁ + ‖G‖₁.
torch::Tensor dice_from_sums(const torch::Tensor& common, const torch::Tensor& sizes,
                             DiceReading reading) {
  if (reading == DiceReading::kPaper) {
    return 1.0 - common / sizes;
  }
  constexpr double kEpsilon = 1e-5;
  return 1.0 - (2.0 * common + kEpsilon) / (sizes + kEpsilon);
}

}  // namespace

torch::Tensor dice_loss(const torch::Tensor& probability, const torch::Tensor& annotation,
                        DiceReading reading) {
  return dice_from_sums((probability * annotation).sum(), probability.sum() + annotation.sum(),
                        reading);
}

std::vector<torch::Tensor> side_losses(const torch::Tensor& logits, const torch::Tensor& annotation,
                                       DiceReading reading, const BatchShare& part) {
  const std::int64_t sides = logits.size(1);
  const std::vector<std::int64_t> but_sides{0, 2, 3};
  // All sides at once: taken one by one, each would have a gradient of the size of all, filled with
  // zeros but for its own map.
  const auto maps = logits.contiguous();
  const auto entropy = torch::binary_cross_entropy_with_logits(maps, annotation.expand_as(maps), {},
                                                               {}, at::Reduction::None)
                           .mean(but_sides);
  const auto probability = torch::sigmoid(maps);
  const auto common = (probability * annotation).sum(but_sides);
  const auto sizes = probability.sum(but_sides) + annotation.sum();
  torch::Tensor dice;
  if (part.sum_over_ranks) {
    const auto total = part.sum_over_ranks(
        torch::cat({common, sizes, torch::full({1}, part.share, common.options())}));
    const auto of_all =
        dice_from_sums(total.narrow(0, 0, sides), total.narrow(0, sides, sides), reading);
    // Every rank has the whole Dice. Its value is divided among them, so that the ranks' losses add
    // up to it; its gradient is not, because each rank differentiates its own slices only.
    const auto whole = total[2 * sides].detach();
    dice = whole * (of_all - of_all.detach()) + part.share * of_all.detach();
  } else {
    dice = dice_from_sums(common, sizes, reading) * part.share;
  }
  return (entropy * part.share + dice).unbind();
}

torch::Tensor soft_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                 const BatchShare& part) {
  return torch::cross_entropy_loss(logits, torch::stack({1.0 - targets, targets}, 1)) * part.share;
}

torch::Tensor map_loss(const torch::Tensor& features, const torch::Tensor& logits,
                       const torch::Tensor& annotation, const torch::Tensor& annotated,
                       explain::Reading reading, const BatchShare& part) {
  const auto rows = (annotated & annotation.flatten(1).any(1)).nonzero().squeeze(1);
  if (rows.numel() == 0) {
    return torch::zeros({}, features.options());
  }
  const auto weights =
      explain::channel_weights(features, logits.select(1, 1), /*create_graph=*/true);
  // Sums of half-precision products would lose the small values.
  const auto kind = features.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat;
  const auto map = explain::normalised(explain::combined(
      features.to(kind).index_select(0, rows), weights.to(kind).index_select(0, rows), reading));
  const auto target = annotation.index_select(0, rows).squeeze(1);
  const std::vector<std::int64_t> size{target.size(1), target.size(2)};
  const auto resized =
      torch::upsample_bilinear2d(map.unsqueeze(1), size, /*align_corners=*/false).squeeze(1);
  // The root has no finite slope at 0; a map that equals its annotation has reached its aim.
  constexpr double kLeast = 1e-12;
  const auto distance = (resized - target).square().sum({1, 2}).clamp_min(kLeast).sqrt();
  return (distance / static_cast<double>(size[0] * size[1])).sum() *
         (part.share / static_cast<double>(features.size(0)));
}

}  // namespace jcs::training
