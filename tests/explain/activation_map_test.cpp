#include "jcs/explain/activation_map.hpp"

#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"
#include "support/reference_input.hpp"
#include "support/single_thread.hpp"

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

TEST(ActivationMap, AMapThatIsZeroEverywhereHasNoGradient) {
  const auto map = torch::zeros({1, 2, 2}).requires_grad_(true);
  (normalised(map) - 1).square().sum().backward();
  EXPECT_TRUE(map.grad().isfinite().all().item<bool>()) << map.grad();
  EXPECT_EQ(map.grad().abs().max().item<float>(), 0.0F);
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

TEST(ActivationMap, DependsNeitherOnThreadsNorOnTheOtherSlices) {
  Classifier net = small_classifier();
  const auto x = torch::randn({5, 3, 97, 130});
  const int usual = at::get_num_threads();
  at::set_num_threads(1);
  const auto expected = activation_map(net, x, Reading::kPaper);
  for (const int threads : {2, 3, 4}) {
    at::set_num_threads(threads);
    EXPECT_TRUE(torch::equal(activation_map(net, x, Reading::kPaper), expected)) << threads;
    EXPECT_TRUE(
        torch::equal(activation_map(net, x.narrow(0, 3, 1), Reading::kPaper)[0], expected[3]))
        << threads;
    EXPECT_EQ(at::get_num_threads(), threads);
  }
  at::set_num_threads(usual);
}

TEST(ActivationMap, IsTheSameWithinInferenceMode) {
  Classifier net = small_classifier();
  const auto x = torch::randn({1, 3, 64, 64});
  const auto expected = activation_map(net, x, Reading::kRelease);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(activation_map(net, x, Reading::kRelease), expected));
  const c10::InferenceMode inference;
  const auto made_inside = x.clone();
  EXPECT_TRUE(torch::equal(activation_map(net, made_inside, Reading::kRelease), expected));
}

TEST(ActivationMap, LeavesNoGradientsBehind) {
  Classifier net = small_classifier();
  const auto map = activation_map(net, torch::randn({1, 3, 64, 64}), Reading::kPaper);
  EXPECT_FALSE(map.requires_grad());
  for (const auto& parameter : net->parameters()) {
    EXPECT_FALSE(parameter.grad().defined());
  }
}

TEST(ActivationMap, RefusesAClassThatTheClassifierLacks) {
  Classifier net = small_classifier();
  for (const std::int64_t index : {-1, 2}) {
    const auto line = jcs::test::error_line<jcs::UsageError>([&] {
      activation_map(net, torch::randn({1, 3, 32, 32}), Reading::kPaper, index);
    });
    EXPECT_NE(line.find("no such class"), std::string::npos) << line;
  }
}

TEST(ActivationMap, LossOnTheMapHasTheGradientOfFiniteDifferences) {
  Classifier net = small_classifier();
  net->to(torch::kFloat64);
  {
    // Mostly positive weights, so that the release's map is not all zero.
    const torch::NoGradGuard no_grad;
    net->named_parameters()["fc.weight"].add_(0.02);
  }
  const auto x = torch::randn({2, 3, 64, 64}, torch::kFloat64);
  const auto target = torch::rand({2, 2, 2}, torch::kFloat64);
  const auto loss = [&](Reading reading) {
    const auto features = net->features(x).layer4;
    const auto weights =
        channel_weights(features, net->head(features).select(1, 1), /*create_graph=*/true);
    return (normalised(combined(features, weights, reading)) - target).square().sum();
  };
  for (const Reading reading : {Reading::kPaper, Reading::kRelease}) {
    for (const char* name : {"fc.weight", "layer4.0.conv3.weight", "conv1.0.weight"}) {
      SCOPED_TRACE(std::string(name) + (reading == Reading::kPaper ? ", paper" : ", release"));
      net->zero_grad();
      loss(reading).backward();
      auto parameter = net->named_parameters()[name];
      const auto gradient = parameter.grad().flatten().clone();
      const double expected = gradient.norm().item<double>();
      ASSERT_GT(expected, 0.0);
      // Along the gradient the loss changes most.
      const auto direction = (gradient / expected).view(parameter.sizes());
      constexpr double kStep = 1e-6;
      const auto at = [&](double distance) {
        {
          const torch::NoGradGuard no_grad;
          parameter.add_(direction, distance);
        }
        const double value = loss(reading).item<double>();
        const torch::NoGradGuard no_grad;
        parameter.sub_(direction, distance);
        return value;
      };
      const double slope = (at(kStep) - at(-kStep)) / (2 * kStep);
      EXPECT_NEAR(slope / expected, 1.0, 1e-3);
    }
  }
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
