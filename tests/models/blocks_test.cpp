#include "jcs/models/blocks.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"

#include "set_tensors.hpp"
#include "support/error_line.hpp"

namespace {

using namespace jcs::models;
using jcs::test::set_tensors;

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

TEST(BatchNorm, FrozenHasNoEpsilonAndNothingToLearn) {
  BatchNorm norm(1, Norm::kFrozen);
  EXPECT_TRUE(norm->parameters().empty());
  // A variance so small that an ε of 1e-5 would double it.
  set_tensors(*norm, {{"weight", torch::tensor({3.0F})},
                      {"bias", torch::tensor({0.5F})},
                      {"running_mean", torch::tensor({2.0F})},
                      {"running_var", torch::tensor({1e-5F})}});
  norm->train();
  const auto y = norm->forward(torch::full({1, 1, 1, 1}, 2.01F));
  EXPECT_NEAR(y.item<double>(), 3.0 * 0.01 / std::sqrt(1e-5) + 0.5, 1e-3);
  EXPECT_FLOAT_EQ(norm->named_buffers()["running_mean"].item<float>(), 2.0F);
}

TEST(BatchNorm, TrainedLearnsFromTheBatchAndThenKeepsStill) {
  BatchNorm norm(2, Norm::kTrained);
  EXPECT_EQ(norm->parameters().size(), 2u);
  const auto x = torch::arange(16.0F).view({2, 2, 2, 2});
  const auto y = norm->forward(x);
  EXPECT_NEAR(y.mean().item<double>(), 0.0, 1e-6);
  EXPECT_EQ(norm->named_buffers()["num_batches_tracked"].item<int>(), 1);
  // Channel 0 holds 0 … 3 and 8 … 11: mean 5.5, of which momentum 0.1 takes a tenth.
  EXPECT_NEAR(norm->named_buffers()["running_mean"][0].item<double>(), 0.55, 1e-6);
  norm->eval();
  const auto before = norm->named_buffers()["running_mean"].clone();
  norm->forward(x);
  EXPECT_TRUE(torch::equal(before, norm->named_buffers()["running_mean"]));
  EXPECT_EQ(norm->named_buffers()["num_batches_tracked"].item<int>(), 1);
}

/// What a step of learning leaves: the result, gradients and running figures.
std::vector<torch::Tensor> learned(torch::MemoryFormat format, int channels, bool relu) {
  torch::manual_seed(3);
  BatchNorm norm(channels, Norm::kTrained);
  set_tensors(*norm, {{"weight", torch::randn({channels})}, {"bias", torch::randn({channels})}});
  const auto x = (torch::randn({3, channels, 39, 43}) * 2 + 1).contiguous(format).requires_grad_();
  const auto towards = torch::randn({3, channels, 39, 43});
  for (int step = 0; step < 2; ++step) {
    const auto y = relu ? norm->rectified(x) : norm->forward(x);
    (y * towards).sum().backward();
  }
  const auto buffers = norm->named_buffers();
  const auto parameters = norm->named_parameters();
  return {norm->forward(x),
          x.grad(),
          parameters["weight"].grad(),
          parameters["bias"].grad(),
          buffers["running_mean"],
          buffers["running_var"],
          buffers["num_batches_tracked"].to(torch::kFloat)};
}

TEST(BatchNorm, LearnsTheSameWhateverTheOrderInMemory) {
  for (const int channels : {3, 8, 16, 26, 64}) {
    for (const bool relu : {false, true}) {
      const auto by_libtorch = learned(torch::MemoryFormat::Contiguous, channels, relu);
      const auto by_kernels = learned(torch::MemoryFormat::ChannelsLast, channels, relu);
      for (std::size_t i = 0; i < by_libtorch.size(); ++i) {
        EXPECT_TRUE(torch::allclose(by_libtorch[i], by_kernels[i], 1e-4, 1e-4))
            << channels << " channels, tensor " << i;
      }
    }
  }
}

TEST(BatchNorm, LearnsByOurKernelsWhereTheyFit) {
  BatchNorm norm(8, Norm::kTrained);
  const auto by = [&](const torch::Tensor& x) {
    return std::string(norm->forward(x).grad_fn()->name());
  };
  const auto x = torch::randn({2, 8, 5, 5});
  const std::string ours = by(x.contiguous(torch::MemoryFormat::ChannelsLast));
  EXPECT_NE(ours.find("BatchNormStep"), std::string::npos) << ours;
  EXPECT_EQ(by(x).find("BatchNormStep"), std::string::npos);
  norm->eval();
  EXPECT_EQ(by(x.contiguous(torch::MemoryFormat::ChannelsLast)).find("BatchNormStep"),
            std::string::npos);
}

TEST(BatchNorm, WeightsLearnWhereMapsNeedNoGradientAndTheOtherWayRound) {
  const auto x =
      torch::randn({2, 8, 5, 5}).contiguous(torch::MemoryFormat::ChannelsLast).requires_grad_();
  const auto gradients = [&](bool maps, bool weights) {
    BatchNorm norm(8, Norm::kTrained);
    for (auto& parameter : norm->parameters()) parameter.requires_grad_(weights);
    const auto input = maps ? x : x.detach();
    x.mutable_grad() = torch::Tensor();
    (norm->rectified(input) * torch::arange(25.0F).view({5, 5})).sum().backward();
    return std::pair(x.grad().defined(), norm->parameters()[0].grad().defined());
  };
  EXPECT_EQ(gradients(true, true), std::pair(true, true));
  EXPECT_EQ(gradients(false, true), std::pair(false, true));
  EXPECT_EQ(gradients(true, false), std::pair(true, false));
}

TEST(BatchNorm, ThreadsChangeNoGradient) {
  const int before = torch::get_num_threads();
  torch::set_num_threads(1);
  const auto alone = learned(torch::MemoryFormat::ChannelsLast, 24, true);
  torch::set_num_threads(3);
  const auto together = learned(torch::MemoryFormat::ChannelsLast, 24, true);
  torch::set_num_threads(before);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_TRUE(torch::equal(alone[i], together[i])) << i;
  }
}

TEST(BatchNorm, GradientsFollowFromTheirDefinition) {
  torch::manual_seed(4);
  BatchNorm norm(2, Norm::kTrained);
  const auto x = torch::randn({2, 2, 3, 3}).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto towards = torch::randn({2, 2, 3, 3});
  const auto loss = [&](const torch::Tensor& at) {
    return (norm->rectified(at) * towards).to(torch::kDouble).sum();
  };
  const auto learning = x.clone().requires_grad_();
  loss(learning).backward();
  constexpr float kStep = 1e-2F;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    auto above = x.clone(), below = x.clone();
    above.mutable_data_ptr<float>()[i] += kStep;
    below.mutable_data_ptr<float>()[i] -= kStep;
    const double slope = (loss(above) - loss(below)).item<double>() / (2 * kStep);
    EXPECT_NEAR(learning.grad().const_data_ptr<float>()[i], slope, 2e-2) << i;
  }
}

TEST(BatchNorm, RefusesToLearnFromOneValuePerChannel) {
  BatchNorm norm(3, Norm::kTrained);
  const auto x = torch::ones({1, 3, 1, 1});
  const auto line = jcs::test::error_line<jcs::UsageError>([&] { norm->forward(x); });
  EXPECT_NE(line.find("one value per channel"), std::string::npos) << line;
  EXPECT_TRUE(norm->named_buffers()["running_var"].isfinite().all().item<bool>());
  norm->eval();
  EXPECT_TRUE(norm->forward(x).isfinite().all().item<bool>());
}

TEST(ConvBlock, KeepsTheSizeWhateverKernelAndDilation) {
  const auto x = torch::rand({1, 2, 7, 9});
  for (const int kernel : {1, 3, 5}) {
    for (const int dilation : {1, 3, 9}) {
      ConvBlock block(ConvBlockOptions{.in = 2, .out = 5, .kernel = kernel, .dilation = dilation});
      EXPECT_EQ(block->forward(x).sizes(), (std::vector<std::int64_t>{1, 5, 7, 9}));
    }
  }
}

TEST(ConvBlock, EndsInAReluWithAndWithoutBatchNorm) {
  for (const bool batch_norm : {false, true}) {
    ConvBlock block(ConvBlockOptions{.in = 3, .out = 8, .batch_norm = batch_norm});
    const auto y = block->forward(torch::randn({2, 3, 6, 6}));
    EXPECT_EQ(y.min().item<float>(), 0.0F);
    EXPECT_GT(y.max().item<float>(), 0.0F);
  }
}

TEST(SqueezeExcitation, ScalesChannelsByTheirMeans) {
  SqueezeExcitation attention(2, 2);
  set_tensors(*attention, {{"linear1.weight", torch::tensor({1.0F, 1.0F})},
                           {"linear2.weight", torch::tensor({1.0F, -1.0F})}});
  // Means 1 and 2: one hidden unit of 3, scales σ(3) and σ(−3).
  const auto x = torch::tensor({0.0F, 2.0F, 1.0F, 3.0F}).view({1, 2, 1, 2});
  const auto y = attention->forward(x).flatten();
  EXPECT_NEAR(y[1].item<double>(), 2.0 * sigmoid(3.0), 1e-6);
  EXPECT_NEAR(y[2].item<double>(), 1.0 * sigmoid(-3.0), 1e-6);
  EXPECT_NEAR(y[3].item<double>(), 3.0 * sigmoid(-3.0), 1e-6);
}

TEST(SqueezeExcitation, HiddenUnits) {
  const auto hidden = [](int channels, int reduction) {
    SqueezeExcitation attention(channels, reduction);
    return attention->named_parameters()["linear1.weight"].size(0);
  };
  EXPECT_EQ(hidden(64, 4), 16);
  EXPECT_EQ(hidden(96, 0), 1) << "the release's";
  EXPECT_EQ(hidden(4, 64), 1) << "at least one";
}

TEST(Resized, IsBilinearBetweenPixelCentres) {
  const auto x = torch::tensor({0.0F, 4.0F}).view({1, 1, 1, 2});
  // Centres of the new pixels at −0.25, 0.25, 0.75, 1.25 of the old ones.
  EXPECT_TRUE(torch::allclose(resized(x, 1, 4).flatten(), torch::tensor({0.0F, 1.0F, 3.0F, 4.0F})));
  EXPECT_TRUE(resized(x, 1, 2).is_same(x));
}

}  // namespace
