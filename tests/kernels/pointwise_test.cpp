#include "jcs/kernels/pointwise.hpp"

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

double pointwise_rounding(InstructionSet set) { return set == InstructionSet::kAmx ? 2e-5 : 1e-6; }

Pointwise ready_pointwise(const torch::Tensor& weight, const torch::Tensor& bias,
                          InstructionSet set) {
  return {values(weight), bias.defined() ? values(bias) : std::span<const float>(),
          static_cast<int>(weight.size(1)), static_cast<int>(weight.size(0)), set};
}

class PointwiseOnEverySet : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override { torch::manual_seed(4); }
};

TEST_P(PointwiseOnEverySet, IsLibTorchsConvolution) {
  for (const auto& [in, out] : {std::pair{3, 64}, {26, 26}, {64, 1}, {100, 70}, {1, 33}}) {
    for (const auto& [height, width] : {std::pair{16, 16}, {13, 22}, {1, 1}}) {
      SCOPED_TRACE(std::to_string(in) + "->" + std::to_string(out) + " at " +
                   std::to_string(height) + "x" + std::to_string(width));
      const auto x = random_maps(2, in, height, width);
      const auto weight = torch::randn({out, in, 1, 1}), bias = torch::randn({out});
      const Channels part = channels(x);
      EXPECT_LT(
          test::difference(run(ready_pointwise(weight, bias, GetParam()), {&part, 1}, extent(x)),
                           direct(x, weight, bias)),
          pointwise_rounding(GetParam()));
    }
  }
}

TEST_P(PointwiseOnEverySet, TakesPartsWithFactorsAndAddsBeforeTheRelu) {
  const auto whole = random_maps(3, 30, 5, 14);
  const auto a = whole.narrow(1, 3, 11);
  const auto b = random_maps(3, 17, 5, 14);
  const auto factors = torch::randn({3, 17});
  const auto weight = torch::randn({40, 28, 1, 1}), bias = torch::randn({40});
  const auto addend = random_maps(3, 40, 5, 14);
  const auto scaled = b * factors.view({3, 17, 1, 1});
  const auto expected =
      torch::relu(direct(torch::cat({a, scaled}, 1), weight, bias) + addend.to(torch::kDouble));

  std::vector<Channels> parts = {channels(a, 30), channels(b)};
  parts[1].scale = factors.const_data_ptr<float>();
  parts[1].scale_stride = 17;
  const auto y = run(ready_pointwise(weight, bias, GetParam()), parts, extent(b),
                     {.addend = addend.const_data_ptr<float>(), .addend_stride = 40, .relu = true});
  EXPECT_LT(test::difference(y, expected), pointwise_rounding(GetParam()));
}

TEST_P(PointwiseOnEverySet, GivesAPictureTheSameWhateverElseRuns) {
  const auto x = random_maps(3, 33, 21, 18);
  const auto weight = torch::randn({34, 33, 1, 1});
  const Channels all = channels(x);
  const auto together =
      run(ready_pointwise(weight, {}, GetParam()), {&all, 1}, extent(x), {}, openmp_threads(4));
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto one = x.narrow(0, i, 1);
    const Channels part = channels(one);
    EXPECT_TRUE(torch::equal(
        run(ready_pointwise(weight, {}, GetParam()), {&part, 1}, extent(one), {}, one_thread()),
        together[i].unsqueeze(0)));
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, PointwiseOnEverySet, testing::ValuesIn(test::instruction_sets()),
                         test::test_name);

}  // namespace
}  // namespace jcs::kernels
