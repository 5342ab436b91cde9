#include "jcs/kernels/batch_norm.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "maps.hpp"

namespace jcs::kernels {
namespace {

using test::difference;
using test::random_maps;

/// Whether channels fill vectors, share them or do neither; one block and several.
const std::vector<std::array<std::int64_t, 4>> kShapes = {
    {1, 1, 3, 5},   {2, 3, 7, 9},    {4, 8, 40, 40}, {2, 16, 64, 64},
    {3, 26, 17, 9}, {2, 52, 30, 31}, {1, 64, 1, 1},  {2, 100, 23, 11}};

Pixels batch_pixels(const torch::Tensor& maps) {
  return {maps.const_data_ptr<float>(), maps.numel() / maps.size(1),
          static_cast<int>(maps.size(1))};
}

torch::Tensor doubles(const std::vector<double>& values) {
  return torch::tensor(values, torch::kDouble);
}

/// [C] as [1, C, 1, 1] in double precision.
torch::Tensor spread(const torch::Tensor& channels) {
  return channels.to(torch::kDouble).view({1, -1, 1, 1});
}

class BatchNormOnEverySet : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override { torch::manual_seed(7); }

  static const float* data(const torch::Tensor& tensor) { return tensor.const_data_ptr<float>(); }
};

TEST_P(BatchNormOnEverySet, MomentsAreThoseOfAllPixels) {
  for (const auto& [pictures, count, height, width] : kShapes) {
    // A mean that is large beside the deviation.
    const auto x = random_maps(pictures, count, height, width) * 0.5 + 20.0;
    const Moments moments = channel_moments(batch_pixels(x), GetParam(), openmp_threads(2));
    const auto wide = x.to(torch::kDouble);
    EXPECT_LT(difference(doubles(moments.mean), wide.mean({0, 2, 3})), 1e-6) << x.sizes();
    const auto variance = wide.var({0, 2, 3}, /*unbiased=*/false);
    EXPECT_LT((doubles(moments.variance) - variance).abs().max().item<double>(), 1e-5) << x.sizes();
  }
}

TEST_P(BatchNormOnEverySet, ChannelsAreScaledAndRectified) {
  for (const auto& [pictures, count, height, width] : kShapes) {
    const auto x = random_maps(pictures, count, height, width);
    const auto factor = torch::randn({count}), offset = torch::randn({count});
    const auto expected = x.to(torch::kDouble) * spread(factor) + spread(offset);
    for (const bool relu : {false, true}) {
      auto y = torch::full_like(x, -77.0F);
      scale_channels(batch_pixels(x), data(factor), data(offset), relu, y.mutable_data_ptr<float>(),
                     GetParam(), openmp_threads(2));
      EXPECT_TRUE(
          torch::allclose(y.to(torch::kDouble), relu ? expected.relu() : expected, 1e-5, 1e-5))
          << x.sizes();
    }
  }
}

TEST_P(BatchNormOnEverySet, WhatIsNotANumberStaysSo) {
  auto x = random_maps(1, 5, 3, 3);
  x[0][2][1][1] = std::numeric_limits<float>::quiet_NaN();
  const auto ones = torch::ones({5}), zeros = torch::zeros({5});
  auto y = torch::zeros_like(x);
  scale_channels(batch_pixels(x), data(ones), data(zeros), true, y.mutable_data_ptr<float>(),
                 GetParam(), one_thread());
  EXPECT_TRUE(torch::equal(y.isnan(), x.isnan()));
  const Moments moments = channel_moments(batch_pixels(x), GetParam(), one_thread());
  EXPECT_TRUE(std::isnan(moments.mean[2]));
  EXPECT_FALSE(std::isnan(moments.mean[1]));
}

TEST_P(BatchNormOnEverySet, GradientsAreThoseOfTheirDefinition) {
  for (const auto& [pictures, count, height, width] : kShapes) {
    const auto x = random_maps(pictures, count, height, width);
    const auto gradient = random_maps(pictures, count, height, width);
    const auto result = random_maps(pictures, count, height, width).relu();
    const auto mean = torch::randn({count}), factor = torch::randn({count}),
               slope = torch::randn({count}), offset = torch::randn({count});
    for (const bool relu : {false, true}) {
      const ResultGradient given = {data(gradient), relu ? data(result) : nullptr};
      auto g = gradient.to(torch::kDouble);
      if (relu) g = g * (result > 0);
      const auto off = x.to(torch::kDouble) - spread(mean);
      const GradientSums sums =
          gradient_sums(given, batch_pixels(x), data(mean), GetParam(), openmp_threads(2));
      const auto close = [](const torch::Tensor& got, const torch::Tensor& expected) {
        return torch::allclose(got, expected, 1e-4, 1e-2);
      };
      EXPECT_TRUE(close(doubles(sums.plain), g.sum({0, 2, 3}))) << x.sizes();
      EXPECT_TRUE(close(doubles(sums.centred), (g * off).sum({0, 2, 3}))) << x.sizes();
      auto dx = torch::full_like(x, -77.0F);
      input_gradient(given, batch_pixels(x),
                     {.mean = data(mean),
                      .factor = data(factor),
                      .slope = data(slope),
                      .offset = data(offset)},
                     dx.mutable_data_ptr<float>(), GetParam(), openmp_threads(2));
      EXPECT_TRUE(torch::allclose(dx.to(torch::kDouble),
                                  spread(factor) * g + spread(slope) * off + spread(offset), 1e-4,
                                  1e-5))
          << x.sizes();
    }
  }
}

TEST_P(BatchNormOnEverySet, ThreadsChangeNothing) {
  const auto x = random_maps(3, 24, 61, 67), gradient = random_maps(3, 24, 61, 67);
  const auto mean = torch::randn({24});
  const auto moments = [&](int threads) {
    return channel_moments(batch_pixels(x), GetParam(), openmp_threads(threads));
  };
  const auto sums = [&](int threads) {
    return gradient_sums({data(gradient), nullptr}, batch_pixels(x), data(mean), GetParam(),
                         openmp_threads(threads));
  };
  const Moments one = moments(1);
  const GradientSums one_sum = sums(1);
  for (const int threads : {2, 3, 7}) {
    EXPECT_EQ(moments(threads).mean, one.mean);
    EXPECT_EQ(moments(threads).variance, one.variance);
    EXPECT_EQ(sums(threads).plain, one_sum.plain);
    EXPECT_EQ(sums(threads).centred, one_sum.centred);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, BatchNormOnEverySet, testing::ValuesIn(test::instruction_sets()),
                         test::test_name);

}  // namespace
}  // namespace jcs::kernels
