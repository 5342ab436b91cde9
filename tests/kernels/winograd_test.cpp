#include "jcs/kernels/winograd.hpp"

#include <gtest/gtest.h>

#include "maps.hpp"

namespace jcs::kernels {
namespace {

using test::channels;
using test::direct;
using test::extent;
using test::random_maps;
using test::run;
using test::values;

// A hundred channels of unit variance sum up to values of about 30, rounded at every step.
double winograd_rounding(InstructionSet set) { return set == InstructionSet::kAmx ? 5e-4 : 5e-5; }

Winograd ready_winograd(const torch::Tensor& weight, const torch::Tensor& bias, InstructionSet set,
                        int dilation = 1) {
  return {values(weight),
          bias.defined() ? values(bias) : std::span<const float>(),
          static_cast<int>(weight.size(1)),
          static_cast<int>(weight.size(0)),
          dilation,
          set};
}

class WinogradOnEverySet : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override { torch::manual_seed(3); }
};

TEST_P(WinogradOnEverySet, IsLibTorchsConvolution) {
  // Channels that fill vectors and panels and such that do not; maps of whole tiles, of parts of
  // one, of a single pixel.
  for (const auto& [in, out] : {std::pair{3, 64}, {26, 26}, {64, 5}, {40, 70}, {1, 1}}) {
    for (const auto& [height, width] : {std::pair{16, 16}, {13, 22}, {1, 1}, {3, 9}}) {
      SCOPED_TRACE(std::to_string(in) + "->" + std::to_string(out) + " at " +
                   std::to_string(height) + "x" + std::to_string(width));
      const auto x = random_maps(2, in, height, width);
      const auto weight = torch::randn({out, in, 3, 3}), bias = torch::randn({out});
      const Channels part = channels(x);
      const auto y = run(ready_winograd(weight, bias, GetParam()), {&part, 1}, extent(x));
      EXPECT_LT(test::difference(y, direct(x, weight, bias)), winograd_rounding(GetParam()));
    }
  }
}

TEST_P(WinogradOnEverySet, Dilates) {
  for (const int dilation : {2, 3, 6}) {
    for (const auto& [height, width] : {std::pair{32, 32}, {17, 10}, {4, 50}, {2, 3}}) {
      SCOPED_TRACE(std::to_string(dilation) + " at " + std::to_string(height) + "x" +
                   std::to_string(width));
      const auto x = random_maps(2, 20, height, width);
      const auto weight = torch::randn({12, 20, 3, 3});
      const Channels part = channels(x);
      const auto y = run(ready_winograd(weight, {}, GetParam(), dilation), {&part, 1}, extent(x));
      EXPECT_LT(test::difference(y, direct(x, weight, {}, dilation)),
                winograd_rounding(GetParam()));
    }
  }
}

TEST_P(WinogradOnEverySet, TakesPartsWithFactorsAndAddsBeforeTheRelu) {
  const auto whole = random_maps(2, 30, 9, 14);
  const auto a = whole.narrow(1, 3, 11);  // a range of another map's channels
  const auto b = random_maps(2, 17, 9, 14);
  const auto factors = torch::randn({2, 17});
  const auto weight = torch::randn({40, 28, 3, 3}), bias = torch::randn({40});
  const auto addend = random_maps(2, 40, 9, 14);
  const auto scaled = b * factors.view({2, 17, 1, 1});
  const auto expected =
      torch::relu(direct(torch::cat({a, scaled}, 1), weight, bias) + addend.to(torch::kDouble));

  std::vector<Channels> parts = {channels(a, 30), channels(b)};
  parts[1].scale = factors.const_data_ptr<float>();
  parts[1].scale_stride = 17;
  const auto y = run(ready_winograd(weight, bias, GetParam()), parts, extent(b),
                     {.addend = addend.const_data_ptr<float>(), .addend_stride = 40, .relu = true});
  EXPECT_LT(test::difference(y, expected), winograd_rounding(GetParam()));
  EXPECT_EQ(y.min().item<float>(), 0.0F);
}

TEST_P(WinogradOnEverySet, WritesItsOwnChannelsOnly) {
  const auto x = random_maps(1, 8, 7, 7);
  const auto weight = torch::randn({10, 8, 3, 3});
  torch::Tensor wide =
      torch::full({1, 25, 7, 7}, -77.0F).contiguous(torch::MemoryFormat::ChannelsLast);
  const Channels part = channels(x);
  ready_winograd(weight, {}, GetParam())
      .run({&part, 1}, extent(x), {.data = wide.mutable_data_ptr<float>() + 5, .pixel_stride = 25},
           one_thread());
  EXPECT_LT(test::difference(wide.narrow(1, 5, 10), direct(x, weight, {})),
            winograd_rounding(GetParam()));
  EXPECT_TRUE((wide.narrow(1, 0, 5) == -77.0F).all().item<bool>());
  EXPECT_TRUE((wide.narrow(1, 15, 10) == -77.0F).all().item<bool>());
}

TEST_P(WinogradOnEverySet, GivesAPictureTheSameWhateverElseRuns) {
  const auto x = random_maps(3, 33, 21, 18);
  const auto weight = torch::randn({34, 33, 3, 3});
  const Winograd kernel = ready_winograd(weight, {}, GetParam());
  const Channels all = channels(x);
  const auto together = run(kernel, {&all, 1}, extent(x), {}, openmp_threads(4));
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto one = x.narrow(0, i, 1);
    const Channels part = channels(one);
    EXPECT_TRUE(torch::equal(run(kernel, {&part, 1}, extent(one), {}, one_thread()),
                             together[i].unsqueeze(0)));
  }
}

TEST_P(WinogradOnEverySet, HandsOnWhatIsNoNumber) {
  auto x = random_maps(1, 16, 8, 8);
  x[0][2][4][4] = std::numeric_limits<float>::quiet_NaN();
  const Channels part = channels(x);
  const auto y = run(ready_winograd(torch::randn({16, 16, 3, 3}), {}, GetParam()), {&part, 1},
                     extent(x), {.relu = true});
  EXPECT_TRUE(y[0][0][4][4].isnan().item<bool>());
}

INSTANTIATE_TEST_SUITE_P(Kernels, WinogradOnEverySet, testing::ValuesIn(test::instruction_sets()),
                         test::test_name);

}  // namespace
}  // namespace jcs::kernels
