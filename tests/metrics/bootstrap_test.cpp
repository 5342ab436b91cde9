#include "jcs/metrics/bootstrap.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"
#include "jcs/core/random.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::bootstrap;
using jcs::metrics::bootstrap_mean;
using jcs::metrics::bootstrap_rate;
using jcs::metrics::BootstrapOptions;
using jcs::metrics::Interval;
using jcs::metrics::paired_bootstrap;
using testing::HasSubstr;

using Figures = std::vector<std::optional<double>>;
using Hits = std::vector<std::optional<bool>>;
using Groups = std::vector<std::size_t>;
using Weight = std::span<const std::int32_t>;

TEST(Bootstrap, EveryResampleDrawsAsManyGroupsAsThereAre) {
  std::vector<std::vector<std::int32_t>> seen;
  bootstrap(5,
            [&seen](Weight weight) -> std::optional<double> {
              seen.emplace_back(weight.begin(), weight.end());
              return 0.0;
            },
            {.resamples = 50});
  ASSERT_EQ(seen.size(), 50);
  for (const auto& weight : seen) {
    ASSERT_EQ(weight.size(), 5);
    EXPECT_EQ(std::accumulate(weight.begin(), weight.end(), 0), 5);
    EXPECT_GE(*std::min_element(weight.begin(), weight.end()), 0);
  }
  EXPECT_NE(seen[0], seen[1]);
}

TEST(Bootstrap, OfTwoPatientsHasThreeMeans) {
  // 0, 1/2 and 1 with chances 1/4, 1/2 and 1/4.
  const Figures figures = {0.0, 1.0};
  const Groups patients = {0, 1};
  EXPECT_EQ(bootstrap_mean(figures, patients).interval, (Interval{0.0, 1.0}));
  EXPECT_EQ(bootstrap_mean(figures, patients, {.confidence = 0.3}).interval, (Interval{0.5, 0.5}));
  EXPECT_EQ(bootstrap_mean(figures, patients, {.confidence = 0.7}).interval, (Interval{0.0, 1.0}));
}

TEST(Bootstrap, OfManyCasesApproachesTheNormalInterval) {
  jcs::Random random(11);
  Figures figures;
  Groups each;
  for (std::size_t i = 0; i < 400; ++i) {
    figures.emplace_back(random.uniform());
    each.push_back(i);
  }
  const auto result = bootstrap_mean(figures, each, {.seed = 3});
  ASSERT_TRUE(result.interval);
  const double expected = 2 * 1.96 * std::sqrt(1.0 / 12.0) / 20.0;
  EXPECT_NEAR(result.interval->high - result.interval->low, expected, 0.1 * expected);
}

TEST(Bootstrap, SlicesOfOnePatientAreNotIndependent) {
  // Ten patients whose ten slices are alike: a hundred slices tell no more than ten.
  Figures figures;
  Groups patients;
  Groups each;
  for (std::size_t i = 0; i < 100; ++i) {
    figures.emplace_back(static_cast<double>(i / 10));
    patients.push_back(i / 10);
    each.push_back(i);
  }
  const auto honest = *bootstrap_mean(figures, patients).interval;
  const auto naive = *bootstrap_mean(figures, each).interval;
  EXPECT_GT(honest.high - honest.low, 2.5 * (naive.high - naive.low));
}

TEST(Bootstrap, TheSeedDecides) {
  const Figures figures = {0.1, 0.35, 0.2, 0.9, 0.55, 0.7};
  const Groups patients = {0, 0, 1, 2, 3, 4};
  const auto once = bootstrap_mean(figures, patients, {.resamples = 101, .seed = 5});
  EXPECT_EQ(bootstrap_mean(figures, patients, {.resamples = 101, .seed = 5}).interval,
            once.interval);
  EXPECT_NE(bootstrap_mean(figures, patients, {.resamples = 101, .seed = 6}).interval,
            once.interval);
}

TEST(Bootstrap, UndefinedResamplesAreCountedApart) {
  // Of two groups the first is left out of a quarter of the resamples.
  const auto result = bootstrap(
      2,
      [](Weight weight) -> std::optional<double> {
        return weight[0] == 0 ? std::nullopt : std::optional(static_cast<double>(weight[0]));
      },
      {.resamples = 4000});
  EXPECT_NEAR(static_cast<double>(result.undefined), 1000.0, 120.0);
  EXPECT_EQ(result.interval, (Interval{1.0, 2.0}));

  const auto never =
      bootstrap(3, [](Weight) -> std::optional<double> { return std::nullopt; }, {.resamples = 7});
  EXPECT_FALSE(never.interval);
  EXPECT_EQ(never.undefined, 7);
}

TEST(Bootstrap, ResamplesThatAreAllAlikeGiveNoInterval) {
  EXPECT_FALSE(bootstrap(5, [](Weight) { return std::optional(1.0); }).interval);
  // Sums that differ by a rounding.
  EXPECT_FALSE(
      bootstrap_mean(Figures{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, Groups{0, 1, 2, 3, 4, 5, 6})
          .interval);
}

TEST(Bootstrap, OneGroupGivesNoInterval) {
  EXPECT_FALSE(bootstrap(1, [](Weight) { return std::optional(1.0); }).interval);
  EXPECT_FALSE(bootstrap(0, [](Weight) { return std::optional(1.0); }).interval);
  EXPECT_FALSE(bootstrap_mean(Figures{0.1, 0.9}, Groups{0, 0}).interval);
  // The second patient has no figure.
  EXPECT_FALSE(bootstrap_mean(Figures{0.1, 0.9, std::nullopt}, Groups{0, 0, 1}).interval);
  EXPECT_FALSE(bootstrap_mean(Figures{}, Groups{}).interval);
}

// Slices of patients, each of whom is right or wrong as a whole.
Hits hits_of(std::size_t patients, std::size_t right, std::size_t slices) {
  Hits hits;
  for (std::size_t i = 0; i < patients * slices; ++i) {
    hits.emplace_back(i / slices < right);
  }
  return hits;
}
Groups groups_of(std::size_t patients, std::size_t slices) {
  Groups groups;
  for (std::size_t i = 0; i < patients * slices; ++i) {
    groups.push_back(i / slices);
  }
  return groups;
}

TEST(BootstrapRate, AHundredSlicesOfAPatientTellNoMoreThanOne) {
  const auto slices = bootstrap_rate(hits_of(20, 12, 100), groups_of(20, 100));
  ASSERT_TRUE(slices);
  EXPECT_GT(slices->high - slices->low, 0.3);
  EXPECT_LT(slices->low, 0.6);
  EXPECT_GT(slices->high, 0.6);
  EXPECT_EQ(bootstrap_rate(hits_of(20, 12, 100), groups_of(20, 100)), slices);
}

TEST(BootstrapRate, OfIndependentTrialsIsWilsons) {
  EXPECT_EQ(bootstrap_rate(hits_of(20, 12, 1), groups_of(20, 1)), jcs::metrics::wilson(12, 20));
  // The third case is no trial; the group has another one that is.
  EXPECT_EQ(bootstrap_rate(Hits{true, false, std::nullopt}, Groups{0, 1, 1},
                           {.resamples = 10, .confidence = 0.8}),
            jcs::metrics::wilson(1, 2, 0.8));
  EXPECT_EQ(bootstrap_rate(Hits{true}, Groups{0}), jcs::metrics::wilson(1, 1));
}

TEST(BootstrapRate, ResamplesThatAreAllAlikeClaimNoCertainty) {
  EXPECT_EQ(bootstrap_rate(hits_of(20, 20, 100), groups_of(20, 100)), jcs::metrics::wilson(20, 20));
  EXPECT_EQ(bootstrap_rate(hits_of(20, 0, 100), groups_of(20, 100)), jcs::metrics::wilson(0, 20));
}

TEST(BootstrapRate, PatientsWhoAreAllAlikeGiveNoInterval) {
  // Nine of ten slices of each of two patients.
  Hits hits(20, true);
  hits[3] = hits[14] = false;
  EXPECT_FALSE(bootstrap_rate(hits, groups_of(2, 10)));
}

TEST(BootstrapRate, OnePatientGivesNoInterval) {
  EXPECT_FALSE(bootstrap_rate(Hits{true, false, true}, Groups{0, 0, 0}));
  EXPECT_FALSE(bootstrap_rate(Hits{true, true, std::nullopt}, Groups{0, 0, 1}));
  EXPECT_FALSE(bootstrap_rate(Hits{std::nullopt, std::nullopt}, Groups{0, 1}));
  EXPECT_FALSE(bootstrap_rate(Hits{}, Groups{}));
  EXPECT_THROW(bootstrap_rate(Hits{}, Groups{}, {.resamples = 0}), jcs::UsageError);
  EXPECT_THROW(bootstrap_rate(Hits{true}, Groups{}), jcs::UsageError);
}

// Even where all are better, chance alone does that to three patients in a quarter of all cases.
TEST(PairedBootstrap, FewPatientsProveNothing) {
  const Figures first = {0.6, 0.75, 0.5, std::nullopt, 0.9};
  const Figures second = {0.35, 0.5, 0.25, 0.4, std::nullopt};
  const auto result = paired_bootstrap(first, second, Groups{0, 1, 2, 3, 4}, {.resamples = 999});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->pairs, 3);
  EXPECT_DOUBLE_EQ(result->difference, 0.25);
  EXPECT_FALSE(result->interval) << "all resamples are alike";
  EXPECT_DOUBLE_EQ(result->p_value, 0.25);
  const auto other = paired_bootstrap(second, first, Groups{0, 1, 2, 3, 4}, {.resamples = 999});
  EXPECT_DOUBLE_EQ(other->difference, -0.25);
  EXPECT_DOUBLE_EQ(other->p_value, 0.25);
  const auto two = paired_bootstrap(Figures{0.9, 0.8}, Figures{0.1, 0.7}, Groups{0, 1});
  EXPECT_EQ(two->p_value, 0.5);
}

TEST(PairedBootstrap, OfManyPatientsTheResamplesDecide) {
  Figures better, worse;
  Groups each;
  for (std::size_t i = 0; i < 30; ++i) {
    better.emplace_back(0.5 + 0.01 * static_cast<double>(i));
    worse.emplace_back(0.3);
    each.push_back(i);
  }
  EXPECT_DOUBLE_EQ(paired_bootstrap(better, worse, each, {.resamples = 999})->p_value, 0.002);
}

TEST(PairedBootstrap, ChanceIsTheShareOnTheOtherSide) {
  // Differences +1, +1, -1: a resample is negative with chance 3 (1/3)² (2/3) + (1/3)³ = 7/27.
  const auto result = paired_bootstrap(Figures{1.0, 1.0, 0.0}, Figures{0.0, 0.0, 1.0},
                                       Groups{0, 1, 2}, {.resamples = 20000});
  ASSERT_TRUE(result);
  EXPECT_DOUBLE_EQ(result->difference, 1.0 / 3.0);
  EXPECT_NEAR(result->p_value, 14.0 / 27.0, 0.02);
}

TEST(PairedBootstrap, EqualRunsDoNotDiffer) {
  const Figures same = {0.2, 0.4, 0.8};
  const auto result = paired_bootstrap(same, same, Groups{0, 1, 2});
  EXPECT_EQ(result->difference, 0.0);
  EXPECT_EQ(result->p_value, 1.0);
  EXPECT_FALSE(result->interval);
}

TEST(PairedBootstrap, WithoutPairsOrPatientsNothingIsClaimed) {
  EXPECT_FALSE(
      paired_bootstrap(Figures{0.5, std::nullopt}, Figures{std::nullopt, 0.5}, Groups{0, 1}));
  const auto one = paired_bootstrap(Figures{0.5, 0.7}, Figures{0.1, 0.2}, Groups{0, 0});
  ASSERT_TRUE(one);
  EXPECT_NEAR(one->difference, 0.45, 1e-12);
  EXPECT_FALSE(one->interval);
  EXPECT_EQ(one->p_value, 1.0);
}

TEST(Bootstrap, RefusesWhatCannotBeDrawn) {
  using jcs::test::error_line;
  const Figures two = {0.1, 0.2};
  EXPECT_THAT(error_line<jcs::UsageError>([&] {
                bootstrap_mean(two, Groups{0, 1}, {.resamples = 0});
              }),
              HasSubstr("got 0"));
  EXPECT_THROW(bootstrap_mean(two, Groups{0, 1}, {.confidence = 1.0}), jcs::UsageError);
  EXPECT_THAT(error_line<jcs::UsageError>([&] { bootstrap_mean(two, Groups{0}); }),
              HasSubstr("expected 2 numbers, got 1"));
  EXPECT_THAT(error_line<jcs::UsageError>([&] {
                bootstrap_mean(two, Groups{0, SIZE_MAX});
              }),
              HasSubstr("case 1"));
  EXPECT_THAT(error_line<jcs::UsageError>([&] {
                (void)paired_bootstrap(two, Figures{0.1}, Groups{0, 1});
              }),
              HasSubstr("different numbers of cases"));
}

}  // namespace
