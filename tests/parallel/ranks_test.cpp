#include "jcs/parallel/ranks.hpp"

#include <cstdint>

#include <gmock/gmock.h>

#include "run_ranks.hpp"

namespace jcs::parallel {
namespace {

class RanksOfSize : public testing::TestWithParam<int> {};

TEST_P(RanksOfSize, SumBroadcastAndGather) {
  const int size = GetParam();
  const double all = size * (size + 1) / 2.0;  // what 1 + 2 + … + size sums to
  const double squares = size * (size + 1) * (2 * size + 1) / 6.0;
  std::string expected;
  const auto line = [&](const std::string& name, const std::vector<double>& numbers) {
    expected.append(name).append(": ");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      expected.append(i > 0 ? " " : "").append(std::to_string(numbers[i]));
    }
    expected.append("\n");
  };
  line("sum", {0, 3 * all, all, 4 * all, 2 * all, 5 * all});
  expected.append("sum is differentiable: no\nsummed is unchanged: yes\n");
  line("integers", {static_cast<double>(std::int64_t{1} << 40) * size, 3.0 * size});
  line("nothing", {});
  line("kept", {squares});
  // d (sum of x²)² / dx = 2 · sum · 2x on the rank whose share x² is.
  line("gradient per share", {4 * squares});
  line("picture", {0, 1, 2, 3, 4, 5, 6, 7});
  line("count", {7});
  for (int i = 0; i < size; ++i) {
    expected.append("text: from ").append(std::to_string(i)).append("\n");
  }
  for (int i = 0; i < size; ++i) {
    expected.append("empty text: \n");
  }
  for (const test::Finished& rank : test::run_ranks("calls", size)) {
    EXPECT_EQ(rank.code, 0);
    EXPECT_EQ(rank.err, "");
    EXPECT_EQ(rank.out, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, RanksOfSize, testing::Values(1, 2, 3));

TEST(Ranks, AloneEverythingIsWhatWentIn) {
  const auto ranks = Ranks::alone();
  EXPECT_EQ(ranks->rank(), 0);
  EXPECT_EQ(ranks->size(), 1);
  EXPECT_TRUE(ranks->is_first());
  auto x = torch::tensor({1.F, 2.F}, torch::requires_grad());
  const torch::Tensor sum = ranks->sum(x);
  EXPECT_TRUE(torch::equal(sum, x));
  EXPECT_FALSE(sum.requires_grad());
  ranks->sum_keeping_gradient(x * x).sum().backward();
  EXPECT_TRUE(torch::equal(x.grad(), torch::tensor({2.F, 4.F})));
  ranks->broadcast({x});
  ranks->barrier();
  EXPECT_EQ(ranks->gather_texts("me"), std::vector<std::string>{"me"});
}

}  // namespace
}  // namespace jcs::parallel
