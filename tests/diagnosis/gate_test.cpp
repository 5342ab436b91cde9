#include "jcs/diagnosis/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jcs::diagnosis {
namespace {

/// A study of `slices` of which `positive` are positive.
std::vector<double> study(std::size_t slices, std::size_t positive) {
  std::vector<double> probabilities(slices, 0.1);
  std::fill_n(probabilities.begin() + static_cast<std::ptrdiff_t>(slices - positive), positive,
              0.9);
  return probabilities;
}

TEST(Gate, IsPositiveOnlyAboveTheThreshold) {
  EXPECT_EQ(gate(study(300, 24), {}).verdict, Verdict::kNegative);
  EXPECT_EQ(gate(study(300, 25), {}).verdict, Verdict::kNegative);
  EXPECT_EQ(gate(study(300, 26), {}).verdict, Verdict::kPositive);
  EXPECT_EQ(gate(study(300, 26), {}).positive_slices, 26);
  EXPECT_EQ(gate(study(300, 26), {}).threshold, 25);
}

TEST(Gate, TakesSharesOfTheStudy) {
  const Threshold tenth = parse_threshold("10%");
  EXPECT_EQ(gate(study(148, 14), tenth).verdict, Verdict::kNegative);
  EXPECT_EQ(gate(study(148, 15), tenth).verdict, Verdict::kPositive);
  EXPECT_EQ(gate(study(148, 15), tenth).threshold, 14);
}

TEST(Gate, ZeroMeansAnySlice) {
  EXPECT_EQ(gate(study(3, 0), {0, std::nullopt}).verdict, Verdict::kNegative);
  EXPECT_EQ(gate(study(3, 1), {0, std::nullopt}).verdict, Verdict::kPositive);
}

TEST(Gate, ASliceIsPositiveWhenItIsMoreLikelyThanNot) {
  const std::vector<double> even(60, 0.5);
  EXPECT_EQ(gate(even, {}).positive_slices, 0);
  const std::vector<double> above(60, 0.5000001);
  EXPECT_EQ(gate(above, {}).positive_slices, 60);
  EXPECT_EQ(gate(above, {}, 0.7).positive_slices, 0);
}

TEST(Gate, IsUndeterminedWhereNothingCouldBePositive) {
  const Gate all_positive = gate(study(25, 25), {});
  EXPECT_EQ(all_positive.verdict, Verdict::kUndetermined);
  EXPECT_EQ(all_positive.positive_slices, 25);
  EXPECT_THAT(all_positive.warnings, testing::ElementsAre(testing::HasSubstr("25 slices")));
  EXPECT_EQ(gate(study(26, 26), {}).verdict, Verdict::kPositive);
  EXPECT_EQ(gate({}, {0, std::nullopt}).verdict, Verdict::kUndetermined);
}

TEST(Gate, WarnsOfStudiesShorterThanTwiceTheThreshold) {
  EXPECT_THAT(gate(study(49, 0), {}).warnings, testing::ElementsAre(testing::HasSubstr("twice")));
  EXPECT_THAT(gate(study(50, 0), {}).warnings, testing::IsEmpty());
  EXPECT_THAT(gate(study(49, 0), parse_threshold("0.6")).warnings, testing::IsEmpty());
}

}  // namespace
}  // namespace jcs::diagnosis
