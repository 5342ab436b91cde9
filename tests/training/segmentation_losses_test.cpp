#include "jcs/training/segmentation_losses.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/models/segmentation_network.hpp"

namespace {

using namespace jcs::training;
using Architecture = jcs::models::SegmenterOptions::Architecture;

torch::Tensor picture(const std::vector<float>& values, std::int64_t rows, std::int64_t columns) {
  return torch::tensor(values).view({1, 1, rows, columns});
}

TEST(Contour, IsTheInnerBoundaryByEightNeighbours) {
  const auto annotation = picture(
      {
          0, 0, 0, 0, 0, 0,  //
          0, 1, 1, 1, 1, 1,  //
          0, 1, 1, 1, 1, 1,  //
          0, 1, 1, 1, 1, 1,  //
          0, 1, 1, 1, 1, 1,
      },
      5, 6);
  const auto expected = picture(
      {
          0, 0, 0, 0, 0, 0,  //
          0, 1, 1, 1, 1, 1,  //
          0, 1, 0, 0, 0, 0,  //
          0, 1, 0, 0, 0, 0,  //
          0, 1, 0, 0, 0, 0,
      },
      5, 6);
  EXPECT_TRUE(torch::equal(contour(annotation), expected));
  // A hole's diagonal neighbours belong to its contour; the hole does not.
  auto holed = torch::ones({1, 1, 5, 5});
  holed[0][0][2][2] = 0;
  auto ring = torch::zeros({1, 1, 5, 5});
  ring.slice(2, 1, 4).slice(3, 1, 4).fill_(1);
  ring[0][0][2][2] = 0;
  EXPECT_TRUE(torch::equal(contour(holed), ring));
  EXPECT_EQ(contour(torch::ones({1, 1, 4, 4})).sum().item<float>(), 0.0F);
  EXPECT_EQ(contour(torch::zeros({1, 1, 4, 4})).sum().item<float>(), 0.0F);
}

TEST(EdgeLoss, EqualsTheFormulaByHand) {
  // One pixel of four is its own contour: it weighs 3/4, each of the others 1/4.
  const auto annotation = picture({1, 0, 0, 0}, 2, 2);
  const auto logits = picture({0.0F, 0.0F, 1.0F, -2.0F}, 2, 2);
  const auto entropy = [](double logit, bool on) {
    return std::log1p(std::exp(on ? -logit : logit));
  };
  const double expected = (0.75 * entropy(0, true) + 0.25 * entropy(0, false) +
                           0.25 * entropy(1, false) + 0.25 * entropy(-2, false)) /
                          4;
  EXPECT_NEAR(edge_loss(logits, annotation).item<double>(), expected, 1e-6);
  EXPECT_NEAR(edge_loss(logits, annotation, {0.25, {}}).item<double>(), expected / 4, 1e-6);
  EXPECT_EQ(edge_loss(logits, torch::zeros_like(annotation)).item<double>(), 0.0);
}

TEST(SegmentationLosses, AreWhatTheArchitectureLearnsFrom) {
  torch::manual_seed(1);
  const auto annotation = torch::rand({2, 1, 6, 5}).round();
  const auto values = [](const std::vector<torch::Tensor>& losses) {
    return torch::stack(losses).to(torch::kDouble);
  };
  const auto entropies = [&](const torch::Tensor& logits) {
    const auto p = torch::sigmoid(logits.to(torch::kDouble));
    return -(annotation * p.log() + (1 - annotation) * (1 - p).log()).mean({0, 2, 3});
  };
  const auto near = [](const torch::Tensor& a, const torch::Tensor& b) {
    return a.sizes() == b.sizes() && torch::allclose(a, b.to(torch::kDouble), 1e-5, 1e-6);
  };
  const auto seven = torch::randn({2, 7, 6, 5});
  const auto dss = entropies(seven);
  EXPECT_TRUE(near(
      values(segmentation_losses(seven, annotation, {.architecture = Architecture::kDss})), dss));
  EXPECT_TRUE(
      near(values(segmentation_losses(
               seven, annotation, {.architecture = Architecture::kDss, .deep_supervision = false})),
           dss.index_select(0, torch::tensor({1, 2, 3, 6}))));

  const auto ten = torch::randn({2, 10, 6, 5});
  auto egnet = entropies(ten);
  const auto last = egnet[9].clone();
  egnet[0] = edge_loss(ten.narrow(1, 0, 1), annotation).to(torch::kDouble);
  EXPECT_TRUE(near(
      values(segmentation_losses(ten, annotation, {.architecture = Architecture::kEgnet})), egnet));
  EXPECT_TRUE(
      near(values(segmentation_losses(
               ten, annotation, {.architecture = Architecture::kEgnet, .deep_supervision = false})),
           last.view({1})));

  const auto one = torch::randn({2, 1, 6, 5});
  EXPECT_TRUE(
      near(values(segmentation_losses(one, annotation, {.architecture = Architecture::kPoolnet})),
           entropies(one)));
  for (const auto reading : {DiceReading::kStandard, DiceReading::kPaper}) {
    EXPECT_TRUE(near(values(segmentation_losses(
                         one, annotation, {.architecture = Architecture::kUnet, .dice = reading})),
                     values(side_losses(one, annotation, reading))));
  }
  const auto five = torch::randn({2, 5, 6, 5});
  EXPECT_TRUE(near(values(segmentation_losses(five, annotation, {})),
                   values(side_losses(five, annotation, DiceReading::kStandard))));
  EXPECT_TRUE(near(values(segmentation_losses(five, annotation, {.deep_supervision = false})),
                   values(side_losses(five.narrow(1, 0, 1), annotation, DiceReading::kStandard))));
}

// Parts of a batch, by processes or one after another, add up to it: values and gradients. U-Net's
// Dice is the segmenter's, whose shares side_losses() sees to.
TEST(SegmentationLosses, SharesAddUpToTheBatch) {
  torch::manual_seed(2);
  auto annotation = torch::rand({5, 1, 6, 6}).round();
  annotation[4].zero_();
  for (const auto& [architecture, maps] :
       {std::pair{Architecture::kDss, 7}, std::pair{Architecture::kEgnet, 10},
        std::pair{Architecture::kPoolnet, 1}}) {
    const auto logits = torch::randn({5, maps, 6, 6}).requires_grad_(true);
    const SegmentationLossOptions options{.architecture = architecture};
    const auto whole = torch::stack(segmentation_losses(logits, annotation, options)).sum();
    const auto expected = torch::autograd::grad({whole}, {logits}).front();
    torch::Tensor sum = torch::zeros({});
    for (const auto& [from, to] : {std::pair{0, 2}, std::pair{2, 5}}) {
      const BatchShare part{(to - from) / 5.0, {}};
      sum = sum + torch::stack(segmentation_losses(logits.slice(0, from, to),
                                                   annotation.slice(0, from, to), options, part))
                      .sum();
    }
    EXPECT_NEAR(sum.item<double>(), whole.item<double>(), 1e-5);
    const auto gradient = torch::autograd::grad({sum}, {logits}).front();
    EXPECT_TRUE(torch::allclose(gradient, expected, 1e-4, 1e-8));
  }
}

TEST(SegmentationLosses, StayFiniteForCertainLogits) {
  const auto annotation = picture({0, 1, 1, 0}, 2, 2);
  const auto logits = picture({300, -300, 300, -300}, 2, 2).expand({1, 10, 2, 2}).clone();
  for (const auto& loss :
       segmentation_losses(logits, annotation, {.architecture = Architecture::kEgnet})) {
    EXPECT_TRUE(torch::isfinite(loss).item<bool>());
  }
}

}  // namespace
