#include "jcs/kernels/pooling.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "maps.hpp"

namespace jcs::kernels {
namespace {

using test::channels;
using test::extent;
using test::random_maps;

class PoolingOnEverySet : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override { torch::manual_seed(5); }

  torch::Tensor pooled(const Channels& input, const Extent& size) const {
    torch::Tensor out =
        torch::full({size.pictures, input.count, size.height / 2, size.width / 2}, -77.0F)
            .contiguous(torch::MemoryFormat::ChannelsLast);
    max_pool(input, size, out.mutable_data_ptr<float>(), GetParam(), openmp_threads(2));
    return out;
  }

  torch::Tensor means(const Channels& input, const Extent& size, int threads = 2) const {
    torch::Tensor out = torch::full({size.pictures, input.count}, -77.0F);
    channel_means(input, size, out.mutable_data_ptr<float>(), GetParam(), openmp_threads(threads));
    return out;
  }
};

TEST_P(PoolingOnEverySet, TakesTheLargestAsLibTorchDoes) {
  for (const int count : {1, 7, 8, 16, 33, 64, 100}) {
    for (const auto& [height, width] : {std::pair{16, 16}, {13, 22}, {2, 3}, {1, 5}}) {
      SCOPED_TRACE(std::to_string(count) + " at " + std::to_string(height) + "x" +
                   std::to_string(width));
      const auto x = random_maps(2, count, height, width);
      const auto got = pooled(channels(x), extent(x));
      if (height == 1) {
        EXPECT_EQ(got.numel(), 0);
        continue;
      }
      EXPECT_TRUE(torch::equal(got, torch::max_pool2d(x, 2)));
    }
  }
}

TEST_P(PoolingOnEverySet, TakesWindowsOfAnyShapeAsLibTorchDoes) {
  for (const int count : {1, 16, 33}) {
    for (const auto& [kernel, stride, padding, ceil] :
         {std::tuple{3, 2, 1, false}, {2, 2, 0, true}, {3, 1, 1, false}, {5, 3, 2, true}}) {
      for (const auto& [height, width] : {std::pair{16, 16}, {13, 22}, {5, 3}}) {
        SCOPED_TRACE(std::to_string(count) + ", " + std::to_string(kernel) + " by " +
                     std::to_string(stride) + " at " + std::to_string(height) + "x" +
                     std::to_string(width));
        const auto x = random_maps(2, count, height, width);
        const auto largest = torch::max_pool2d(x, kernel, stride, padding, 1, ceil);
        const auto mean = torch::avg_pool2d(x.to(torch::kDouble), kernel, stride, padding, ceil,
                                            /*count_include_pad=*/false);
        Windows windows = {.kernel = kernel,
                           .stride = stride,
                           .padding = padding,
                           .height = largest.size(2),
                           .width = largest.size(3)};
        torch::Tensor got = torch::full_like(largest, -77.0F);
        max_pool(channels(x), extent(x), windows, got.mutable_data_ptr<float>(), GetParam(),
                 openmp_threads(2));
        EXPECT_TRUE(torch::equal(got, largest));
        mean_pool(channels(x), extent(x), windows, got.mutable_data_ptr<float>(), GetParam(),
                  openmp_threads(2));
        EXPECT_LT(test::difference(got, mean), 1e-6);
        windows.padding_counts = true;
        mean_pool(channels(x), extent(x), windows, got.mutable_data_ptr<float>(), GetParam(),
                  openmp_threads(2));
        EXPECT_LT(test::difference(got, torch::avg_pool2d(x.to(torch::kDouble), kernel, stride,
                                                          padding, ceil, true)),
                  1e-6);
      }
    }
  }
}

TEST_P(PoolingOnEverySet, WhatIsNoNumberIsTheLargest) {
  auto x = random_maps(1, 20, 4, 8);
  for (int i = 0; i < 4; ++i) {
    x[0][3][i % 2][2 * i + i / 2 % 2] = std::numeric_limits<float>::quiet_NaN();
  }
  const auto y = pooled(channels(x), extent(x));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(y[0][3][0][i].isnan().item<bool>());
  EXPECT_EQ(y.isnan().sum().item<int>(), 4);
}

TEST_P(PoolingOnEverySet, AveragesPixels) {
  for (const int count : {1, 4, 8, 9, 16, 70, 128}) {
    for (const auto& [height, width] : {std::pair{1, 1}, {7, 9}, {64, 100}}) {
      SCOPED_TRACE(std::to_string(count) + " at " + std::to_string(height) + "x" +
                   std::to_string(width));
      const auto x = random_maps(3, count, height, width);
      EXPECT_LT(test::difference(means(channels(x), extent(x)), x.to(torch::kDouble).mean({2, 3})),
                1e-5);
    }
  }
}

TEST_P(PoolingOnEverySet, TakesARangeOfChannelsAndAnyNumberOfThreads) {
  const auto whole = random_maps(2, 30, 50, 60);
  const auto part = whole.narrow(1, 5, 18);
  const Channels input = channels(part, 30);
  EXPECT_TRUE(torch::equal(pooled(input, extent(part)), torch::max_pool2d(part, 2)));
  const auto one = means(input, extent(part), 1);
  EXPECT_LT(test::difference(one, part.to(torch::kDouble).mean({2, 3})), 1e-5);
  EXPECT_TRUE(torch::equal(means(input, extent(part), 3), one));
}

INSTANTIATE_TEST_SUITE_P(Kernels, PoolingOnEverySet, testing::ValuesIn(test::instruction_sets()),
                         test::test_name);

}  // namespace
}  // namespace jcs::kernels
