#include "jcs/training/losses.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace {

using jcs::training::dice_loss;
using jcs::training::DiceReading;
using jcs::training::side_losses;

TEST(DiceLoss, EqualsTheFormulaByHand) {
  const auto p = torch::tensor({0.5F, 1.0F, 0.0F, 0.25F}).view({1, 1, 2, 2});
  const auto g = torch::tensor({1.0F, 1.0F, 0.0F, 0.0F}).view({1, 1, 2, 2});
  // P·G = 1.5, |P| = 1.75, |G| = 2.
  EXPECT_NEAR(dice_loss(p, g, DiceReading::kPaper).item<double>(), 1 - 1.5 / 3.75, 1e-6);
  EXPECT_NEAR(dice_loss(p, g, DiceReading::kStandard).item<double>(),
              1 - (3.0 + 1e-5) / (3.75 + 1e-5), 1e-6);
}

TEST(DiceLoss, IsZeroForAPerfectMaskAndForNothingAgainstNothing) {
  const auto g = torch::tensor({1.0F, 1.0F, 0.0F, 0.0F}).view({1, 1, 2, 2});
  EXPECT_NEAR(dice_loss(g, g, DiceReading::kStandard).item<double>(), 0, 1e-6);
  EXPECT_NEAR(dice_loss(g, g, DiceReading::kPaper).item<double>(), 0.5, 1e-6);
  const auto nothing = torch::zeros_like(g);
  EXPECT_NEAR(dice_loss(nothing, nothing, DiceReading::kStandard).item<double>(), 0, 1e-6);
}

TEST(SideLosses, AreEntropyPlusDiceOfEachSide) {
  torch::manual_seed(1);
  const auto logits = torch::randn({2, 3, 4, 5});
  const auto annotation = torch::rand({2, 1, 4, 5}).round();
  const auto losses = side_losses(logits, annotation, DiceReading::kStandard);
  ASSERT_EQ(losses.size(), 3u);
  for (std::int64_t side = 0; side < 3; ++side) {
    const auto p = torch::sigmoid(logits.narrow(1, side, 1)).to(torch::kDouble);
    const auto g = annotation.to(torch::kDouble);
    const auto entropy = -(g * p.log() + (1 - g) * (1 - p).log()).mean();
    const auto dice = 1 - (2 * (p * g).sum() + 1e-5) / (p.sum() + g.sum() + 1e-5);
    EXPECT_NEAR(losses[static_cast<std::size_t>(side)].item<double>(),
                (entropy + dice).item<double>(), 1e-5);
  }
}

TEST(SideLosses, StayFiniteForCertainLogits) {
  const auto logits = torch::tensor({200.0F, -200.0F}).view({1, 1, 1, 2});
  const auto annotation = torch::tensor({0.0F, 1.0F}).view({1, 1, 1, 2});
  EXPECT_TRUE(
      torch::isfinite(side_losses(logits, annotation, DiceReading::kStandard)[0]).item<bool>());
}

}  // namespace
