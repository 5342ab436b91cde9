#include "jcs/training/losses.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/explain/activation_map.hpp"
#include "jcs/models/classifier.hpp"

namespace {

using jcs::training::dice_loss;
using jcs::training::DiceReading;
using jcs::training::map_loss;
using jcs::training::side_losses;
using jcs::training::soft_cross_entropy;

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

// Two processes that hold parts of one batch: their losses add up to the batch's, and so do their
// gradients.
TEST(SideLosses, SharesOfSeveralProcessesAddUp) {
  torch::manual_seed(2);
  const auto logits = torch::randn({5, 3, 4, 4}).requires_grad_(true);
  const auto annotation = torch::rand({5, 1, 4, 4}).round();
  const auto total = [](const std::vector<torch::Tensor>& parts) {
    return torch::stack(parts).sum();
  };
  const auto whole = total(side_losses(logits, annotation, DiceReading::kStandard));
  const auto expected = torch::autograd::grad({whole}, {logits}).front();
  torch::Tensor loss = torch::zeros({});
  torch::Tensor gradient = torch::zeros_like(logits);
  const std::vector<std::pair<int, int>> cuts = {{0, 2}, {2, 5}};
  for (std::size_t rank = 0; rank < 2; ++rank) {
    const auto rows = [&](const torch::Tensor& t, std::size_t r) {
      return t.slice(0, cuts[r].first, cuts[r].second);
    };
    // What the other process would add, computed here without its gradient.
    const auto sum_over_ranks = [&](const torch::Tensor& local) {
      const auto other_logits = rows(logits, 1 - rank).detach();
      const auto p = torch::sigmoid(other_logits);
      const auto g = rows(annotation, 1 - rank);
      const double share = static_cast<double>(g.size(0)) / 5;
      return local + torch::cat({(p * g).sum({0, 2, 3}), p.sum({0, 2, 3}) + g.sum(),
                                 torch::full({1}, share)});
    };
    const auto part = rows(logits, rank);
    const auto mine = total(side_losses(part, rows(annotation, rank), DiceReading::kStandard,
                                        {static_cast<double>(part.size(0)) / 5, sum_over_ranks}));
    loss = loss + mine.detach();
    gradient = gradient + torch::autograd::grad({mine}, {logits}).front();
  }
  EXPECT_NEAR(loss.item<double>(), whole.item<double>(), 1e-5);
  EXPECT_TRUE(torch::allclose(gradient, expected, 1e-4, 1e-7));
}

TEST(SoftCrossEntropy, EqualsTheFormulaByHand) {
  const auto logits = torch::tensor({{1.0F, 3.0F}, {0.5F, -0.5F}});
  const auto targets = torch::tensor({0.25F, 1.0F});
  const auto log_p = torch::log_softmax(logits, 1);
  const double expected = -(0.75 * log_p[0][0].item<double>() + 0.25 * log_p[0][1].item<double>() +
                            log_p[1][1].item<double>()) /
                          2;
  EXPECT_NEAR(soft_cross_entropy(logits, targets).item<double>(), expected, 1e-6);
  EXPECT_NEAR(soft_cross_entropy(logits, targets, {0.5, {}}).item<double>(), expected / 2, 1e-6);
}

class MapLoss : public testing::TestWithParam<jcs::explain::Reading> {
 protected:
  MapLoss() {
    torch::manual_seed(3);
    jcs::models::ClassifierOptions options;
    options.backbone.layers = {1, 1, 1, 1};
    options.backbone.planes = 4;
    options.bias = true;
    network_ = jcs::models::Classifier(options);
    network_->to(torch::kDouble);
    images_ = torch::rand({3, 3, 96, 96}, torch::kDouble);
    annotation_ = torch::zeros({3, 1, 96, 96}, torch::kDouble);
    annotation_.slice(2, 10, 50).slice(3, 30, 80).fill_(1.0);
    annotated_ = torch::tensor({true, false, true});
  }
  torch::Tensor loss() {
    const auto features = network_->features(images_).layer4;
    return map_loss(features, network_->head(features), annotation_, annotated_, GetParam());
  }
  jcs::models::Classifier network_{nullptr};
  torch::Tensor images_, annotation_, annotated_;
};

// Every weight of a small network in turn: the gradient through the map, whose channel weights are
// gradients themselves, against the loss a little to either side.
TEST_P(MapLoss, GradientEqualsFiniteDifferences) {
  network_->train();
  loss().backward();
  double worst = 0;
  int checked = 0;
  double largest = 0;
  for (const auto& item : network_->named_parameters()) {
    if (!item.value().grad().defined()) {
      // The linear layer's bias moves every score alike and leaves the map as it is.
      EXPECT_EQ(item.key(), "fc.bias");
      continue;
    }
    const auto gradient = item.value().grad().flatten();
    largest = std::max(largest, gradient.abs().max().item<double>());
  }
  ASSERT_GT(largest, 0);
  const torch::NoGradGuard no_grad;
  for (const auto& item : network_->named_parameters()) {
    if (!item.value().grad().defined()) {
      continue;
    }
    auto flat = item.value().view({-1});
    const auto gradient = item.value().grad().flatten();
    for (std::int64_t i = 0; i < flat.numel(); i += std::max<std::int64_t>(1, flat.numel() / 3)) {
      const double value = flat[i].item<double>();
      constexpr double kStep = 1e-7;
      const auto at = [&](double x) {
        flat[i].fill_(x);
        const torch::AutoGradMode with_gradient(true);
        return loss().item<double>();
      };
      const double difference = (at(value + kStep) - at(value - kStep)) / (2 * kStep);
      flat[i].fill_(value);
      worst = std::max(worst, std::abs(difference - gradient[i].item<double>()) / largest);
      ++checked;
    }
  }
  std::printf("map loss: largest error of %d derivatives %.2g of the largest\n", checked, worst);
  EXPECT_GT(checked, 100);
  EXPECT_LT(worst, 1e-6);
}

TEST_P(MapLoss, CountsAnnotatedSlicesAlone) {
  network_->eval();
  const double two = loss().item<double>();
  annotated_ = torch::tensor({true, false, false});
  const double first = loss().item<double>();
  annotated_ = torch::tensor({false, false, true});
  EXPECT_NEAR(two, first + loss().item<double>(), 1e-12);
  annotated_ = torch::tensor({false, false, false});
  EXPECT_EQ(loss().item<double>(), 0.0);
  annotated_ = torch::tensor({true, true, true});
  annotation_.zero_();
  EXPECT_EQ(loss().item<double>(), 0.0) << "an empty annotation is none";
}

TEST_P(MapLoss, EqualsTheFormula) {
  network_->eval();
  annotated_ = torch::tensor({false, false, true});
  const auto features = network_->features(images_).layer4;
  const auto map =
      jcs::explain::normalised(jcs::explain::activation_map_of(network_, features, GetParam()))[2];
  const auto resized =
      torch::upsample_bilinear2d(map.unsqueeze(0).unsqueeze(0), {96, 96}, false)[0][0];
  const double expected = (resized - annotation_[2][0]).norm().item<double>() / (96.0 * 96.0) / 3.0;
  EXPECT_NEAR(loss().item<double>(), expected, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Readings, MapLoss,
                         testing::Values(jcs::explain::Reading::kPaper,
                                         jcs::explain::Reading::kRelease));

}  // namespace
