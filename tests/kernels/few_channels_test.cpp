#include "jcs/kernels/few_channels.hpp"

#include <gtest/gtest.h>

#include "maps.hpp"

namespace jcs::kernels {
namespace {

using test::channels;
using test::extent;
using test::random_maps;
using test::values;

constexpr double kRounding = 2e-6;

struct Case {
  FewChannels::Shape shape;
  torch::Tensor weight, bias;

  Case(int in, int out, int kernel, int stride, int padding)
      : shape{.in = in, .out = out, .kernel = kernel, .stride = stride, .padding = padding},
        weight(torch::randn({out, in, kernel, kernel})),
        bias(torch::randn({out})) {}

  [[nodiscard]] FewChannels ready(InstructionSet set) const {
    return {values(weight), values(bias), shape, set};
  }
  [[nodiscard]] torch::Tensor expected(const torch::Tensor& x) const {
    return torch::conv2d(x.to(torch::kDouble), weight.to(torch::kDouble), bias.to(torch::kDouble),
                         shape.stride, shape.padding);
  }
};

torch::Tensor run(const FewChannels& kernel, std::span<const Channels> parts, const Extent& size,
                  Output output = {}, const Workers& workers = openmp_threads(2)) {
  const Extent made = kernel.out_extent(size);
  torch::Tensor out = torch::full({made.pictures, kernel.out(), made.height, made.width}, -77.0F)
                          .contiguous(torch::MemoryFormat::ChannelsLast);
  output.data = out.mutable_data_ptr<float>();
  output.pixel_stride = kernel.out();
  kernel.run(parts, size, output, workers);
  return out;
}

class FewChannelsOnEverySet : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override { torch::manual_seed(4); }
};

TEST_P(FewChannelsOnEverySet, IsLibTorchsConvolution) {
  for (const auto& [in, out] : {std::pair{3, 8}, {8, 16}, {6, 6}, {13, 33}, {1, 1}, {40, 20}}) {
    for (const auto& [kernel, stride, padding] :
         {std::tuple{3, 1, 1}, {3, 2, 1}, {7, 2, 3}, {2, 2, 0}, {3, 1, 0}, {5, 3, 4}, {1, 2, 0}}) {
      for (const auto& [height, width] : {std::pair{32, 32}, {13, 22}, {7, 90}, {3, 3}}) {
        if (std::min(height, width) + 2 * padding < kernel) continue;
        SCOPED_TRACE(std::to_string(in) + "->" + std::to_string(out) + ", " +
                     std::to_string(kernel) + " by " + std::to_string(stride) + " at " +
                     std::to_string(height) + "x" + std::to_string(width));
        const Case one(in, out, kernel, stride, padding);
        const auto x = random_maps(2, in, height, width);
        const Channels part = channels(x);
        const auto y = run(one.ready(GetParam()), {&part, 1}, extent(x));
        EXPECT_EQ(y.sizes(), one.expected(x).sizes());
        EXPECT_LT(test::difference(y, one.expected(x)), kRounding);
      }
    }
  }
}

TEST_P(FewChannelsOnEverySet, TakesPartsWithFactorsAndAddsBeforeTheRelu) {
  const Case one(12, 10, 3, 2, 1);
  const auto whole = random_maps(2, 30, 9, 15);
  const auto a = whole.narrow(1, 3, 5);  // a range of another map's channels
  const auto b = random_maps(2, 7, 9, 15);
  const auto factors = torch::randn({2, 7});
  const auto addend = random_maps(2, 10, 5, 8);
  const auto scaled = b * factors.view({2, 7, 1, 1});
  const auto expected =
      torch::relu(one.expected(torch::cat({a, scaled}, 1)) + addend.to(torch::kDouble));

  std::vector<Channels> parts = {channels(a, 30), channels(b)};
  parts[1].scale = factors.const_data_ptr<float>();
  parts[1].scale_stride = 7;
  const auto y = run(one.ready(GetParam()), parts, extent(b),
                     {.addend = addend.const_data_ptr<float>(), .addend_stride = 10, .relu = true});
  EXPECT_LT(test::difference(y, expected), kRounding);
  EXPECT_EQ(y.min().item<float>(), 0.0F);
}

TEST_P(FewChannelsOnEverySet, WritesItsOwnChannelsOnly) {
  const Case one(4, 10, 3, 1, 1);
  const auto x = random_maps(1, 4, 7, 7);
  torch::Tensor wide =
      torch::full({1, 25, 7, 7}, -77.0F).contiguous(torch::MemoryFormat::ChannelsLast);
  const Channels part = channels(x);
  one.ready(GetParam())
      .run({&part, 1}, extent(x), {.data = wide.mutable_data_ptr<float>() + 5, .pixel_stride = 25},
           one_thread());
  EXPECT_LT(test::difference(wide.narrow(1, 5, 10), one.expected(x)), kRounding);
  EXPECT_TRUE((wide.narrow(1, 0, 5) == -77.0F).all().item<bool>());
  EXPECT_TRUE((wide.narrow(1, 15, 10) == -77.0F).all().item<bool>());
}

TEST_P(FewChannelsOnEverySet, GivesAPictureTheSameWhateverElseRuns) {
  const Case one(6, 9, 3, 2, 1);
  const FewChannels kernel = one.ready(GetParam());
  const auto x = random_maps(3, 6, 41, 38);
  const Channels all = channels(x);
  const auto together = run(kernel, {&all, 1}, extent(x), {}, openmp_threads(4));
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto picture = x.narrow(0, i, 1);
    const Channels part = channels(picture);
    EXPECT_TRUE(torch::equal(run(kernel, {&part, 1}, extent(picture), {}, one_thread()),
                             together[i].unsqueeze(0)));
  }
}

TEST_P(FewChannelsOnEverySet, HandsOnWhatIsNoNumber) {
  auto x = random_maps(1, 3, 8, 8);
  x[0][2][4][4] = std::numeric_limits<float>::quiet_NaN();
  const Channels part = channels(x);
  const auto y = run(Case(3, 4, 3, 1, 1).ready(GetParam()), {&part, 1}, extent(x), {.relu = true});
  EXPECT_TRUE(y[0][0][4][4].isnan().item<bool>());
  EXPECT_FALSE(y[0][0][1][1].isnan().item<bool>());
}

INSTANTIATE_TEST_SUITE_P(Kernels, FewChannelsOnEverySet,
                         testing::ValuesIn(test::instruction_sets()), test::test_name);

}  // namespace
}  // namespace jcs::kernels
