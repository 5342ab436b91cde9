#include "jcs/explain/activation_map.hpp"

#include <gtest/gtest.h>

#include "support/reference_input.hpp"

namespace {

using namespace jcs::explain;
using jcs::models::Classifier;
using jcs::models::ClassifierOptions;

Classifier small_classifier() {
  torch::manual_seed(2);
  Classifier net(ClassifierOptions::compact());
  net->eval();
  return net;
}

TEST(ActivationMap, EqualsThePublishedOne) {
  JCS_NEEDS(jcs::test::reference_dir());
  JCS_NEEDS(jcs::test::data_dir());
  Classifier net(ClassifierOptions::release());
  jcs::test::fill_by_rule(*net);
  net->eval();
  const auto expected = jcs::test::read_npz(jcs::test::reference_dir() / "res2net_cls_0.npz");
  const auto x = jcs::test::reference_input(144, 144, 224, 224);
  const auto compare = [&](const char* name, const torch::Tensor& got) {
    EXPECT_LT(jcs::test::relative_difference(name, got, expected.at(name)), 1e-4);
  };
  compare("gradcam", activation_map(net, x, Reading::kRelease));
  compare("am_paper", activation_map(net, x, Reading::kPaper));
  torch::Tensor features = net->features(x).layer4.detach().requires_grad_(true);
  compare("weights", channel_weights(features, net->head(features).select(1, 1)));
}

TEST(ActivationMap, WeightsAreTheGradientsOfTheScore) {
  Classifier net = small_classifier();
  const auto x = torch::randn({2, 3, 64, 96});
  const auto features = net->features(x).layer4.detach().requires_grad_(true);
  const auto weights = channel_weights(features, net->head(features).select(1, 1));
  // Raising one channel of one slice everywhere by δ raises its score by δ · HW · w.
  const double pixels = static_cast<double>(features.size(2) * features.size(3));
  for (const std::int64_t channel : {0, 7, 100}) {
    auto raised = features.detach().clone();
    raised[1][channel] += 0.5;
    const double change = (net->head(raised) - net->head(features))[1][1].item<double>();
    EXPECT_NEAR(change, 0.5 * pixels * weights[1][channel].item<double>(), 1e-4);
  }
}

TEST(ActivationMap, ReadingsDifferAsTheFormulaeDo) {
  const auto features = torch::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 2, 1, 2});
  const auto weights = torch::tensor({1.0F, -0.5F}).view({1, 2});
  // Channel sums: 1 − 1.5 < 0 and 2 − 2 = 0; positive parts alone: 1 and 2.
  EXPECT_TRUE(torch::equal(combined(features, weights, Reading::kRelease).flatten(),
                           torch::tensor({0.0F, 0.0F})));
  EXPECT_TRUE(torch::equal(combined(features, weights, Reading::kPaper).flatten(),
                           torch::tensor({1.0F, 2.0F})));
}

TEST(ActivationMap, NormalisedReachesFromZeroToOne) {
  const auto map = torch::tensor({2.0F, 3.0F, 4.0F, 6.0F, 5.0F, 5.0F, 5.0F, 5.0F}).view({2, 2, 2});
  const auto scaled = normalised(map);
  EXPECT_TRUE(torch::allclose(scaled[0].flatten(), torch::tensor({0.0F, 0.25F, 0.5F, 1.0F})));
  EXPECT_EQ(scaled[1].abs().max().item<float>(), 0.0F);
}

TEST(ActivationMap, SlicesOfABatchDoNotTouchOneAnother) {
  Classifier net = small_classifier();
  const auto x = torch::randn({3, 3, 64, 64});
  const auto all = activation_map(net, x, Reading::kPaper);
  ASSERT_EQ(all.sizes(), (std::vector<std::int64_t>{3, 2, 2}));
  EXPECT_TRUE(torch::allclose(all[1], activation_map(net, x.narrow(0, 1, 1), Reading::kPaper)[0],
                              1e-4, 1e-6));
  EXPECT_GE(all.min().item<float>(), 0.0F);
}

TEST(ActivationMap, ALossOnTheMapReachesEveryWeightThroughTheGradients) {
  Classifier net = small_classifier();
  const auto features = net->features(torch::randn({1, 3, 64, 64})).layer4;
  const auto weights =
      channel_weights(features, net->head(features).select(1, 1), /*create_graph=*/true);
  combined(features, weights, Reading::kPaper).sum().backward();
  EXPECT_GT(net->head_weight().grad().abs().sum().item<double>(), 0.0);
  EXPECT_GT(net->parameters().front().grad().abs().sum().item<double>(), 0.0);
}

}  // namespace
