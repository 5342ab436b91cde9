#include "jcs/parallel/gradient_sum.hpp"

#include <cmath>
#include <regex>

#include <gmock/gmock.h>

#include "run_ranks.hpp"

namespace jcs::parallel {
namespace {

using testing::HasSubstr;
using testing::Not;

double number_after(const std::string& name, const std::string& text) {
  std::smatch match;
  const bool found = std::regex_search(text, match, std::regex("(^|\n)" + name + ": (.*)\n"));
  return found ? std::stod(match[2]) : std::nan("");
}

class GradientSumOf : public testing::TestWithParam<int> {};

// Two micro-batches, a layer that only one rank uses, one that none does, and frozen ones.
TEST_P(GradientSumOf, EqualsTheGradientsOfOneProcess) {
  for (const test::Finished& rank : test::run_ranks("gradients", GetParam())) {
    EXPECT_EQ(rank.code, 0);
    EXPECT_EQ(rank.err, "");
    EXPECT_LT(number_after("worst", rank.out), 1e-6);
    EXPECT_THAT(rank.out, Not(HasSubstr("differ in having a gradient")));
    EXPECT_THAT(rank.out, HasSubstr("same bits again: yes"));
    EXPECT_THAT(rank.out, Not(HasSubstr("same bits again: no")));
    EXPECT_THAT(rank.out, HasSubstr("same bits everywhere: yes"));
  }
}

TEST_P(GradientSumOf, BeginsWhileTheBackwardPassRuns) {
  for (const test::Finished& rank : test::run_ranks("gradients", GetParam())) {
    EXPECT_GE(number_after("begun during backward", rank.out), 1) << rank.out;
    EXPECT_LT(number_after("begun during backward", rank.out), number_after("buckets", rank.out))
        << "the bucket of a layer without gradients cannot have been complete";
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, GradientSumOf, testing::Values(2, 3));

TEST(GradientSum, RefusesRanksWithOtherNetworks) {
  for (const test::Finished& rank : test::run_ranks("other network", 2)) {
    EXPECT_EQ(rank.code, 2);
    EXPECT_EQ(rank.error_lines(), 1) << rank.err;
    EXPECT_THAT(rank.err, HasSubstr("rank 1 trains another network than rank 0"));
  }
}

TEST(GradientSum, AloneLeavesGradientsAsTheyAre) {
  const auto ranks = Ranks::alone();
  auto x = torch::tensor({3.F}, torch::requires_grad());
  GradientSum sum(*ranks, {x});
  sum.begin();
  (x * x).backward();
  sum.finish();
  EXPECT_EQ(x.grad().item<float>(), 6.F);
}

}  // namespace
}  // namespace jcs::parallel
