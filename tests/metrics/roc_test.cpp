#include "jcs/metrics/roc.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"
#include "jcs/core/random.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::RankedCases;
using jcs::metrics::ScoredCase;
using testing::HasSubstr;

using Cases = std::vector<ScoredCase>;
using Groups = std::vector<std::size_t>;
using Weights = std::vector<std::int32_t>;

const Cases kFour = {{0.8, false}, {0.9, true}, {0.1, false}, {0.8, true}};

TEST(Roc, FourCasesByHand) {
  const RankedCases ranked(kFour);
  // 0.9 is above both negatives; 0.8 is above one and ties with the other: 3.5 of 4 pairs.
  EXPECT_DOUBLE_EQ(*ranked.roc_area(), 0.875);
  // Precision 1 up to recall 1/2, then 2/3.
  EXPECT_DOUBLE_EQ(*ranked.average_precision(), 0.5 + 0.5 * 2.0 / 3.0);
  EXPECT_EQ(ranked.positives(), 2);
  EXPECT_EQ(ranked.negatives(), 2);

  const auto roc = ranked.roc_curve();
  ASSERT_EQ(roc.size(), 4);
  EXPECT_EQ(roc[0].threshold, std::numeric_limits<double>::infinity());
  EXPECT_EQ(roc[0].sensitivity, 0.0);
  EXPECT_EQ(roc[0].false_positive_rate, 0.0);
  EXPECT_EQ(roc[1].threshold, 0.9);
  EXPECT_EQ(roc[1].sensitivity, 0.5);
  EXPECT_EQ(roc[1].false_positive_rate, 0.0);
  EXPECT_EQ(roc[2].threshold, 0.8);
  EXPECT_EQ(roc[2].sensitivity, 1.0);
  EXPECT_EQ(roc[2].false_positive_rate, 0.5);
  EXPECT_EQ(roc[3].false_positive_rate, 1.0);

  const auto pr = ranked.precision_recall_curve();
  ASSERT_EQ(pr.size(), 3);
  EXPECT_EQ(pr[0].precision, 1.0);
  EXPECT_EQ(pr[0].recall, 0.5);
  EXPECT_DOUBLE_EQ(pr[1].precision, 2.0 / 3.0);
  EXPECT_EQ(pr[2].threshold, 0.1);
  EXPECT_EQ(pr[2].precision, 0.5);
}

TEST(Roc, EndsOfTheScale) {
  EXPECT_EQ(RankedCases(Cases{{0.2, false}, {0.7, true}}).roc_area(), 1.0);
  EXPECT_EQ(RankedCases(Cases{{0.7, false}, {0.2, true}}).roc_area(), 0.0);
  EXPECT_EQ(RankedCases(Cases{{0.5, false}, {0.5, true}, {0.5, true}}).roc_area(), 0.5);
}

/// Pair by pair, each case counted weight times.
double area_by_pairs(const Cases& cases, const Groups& group, const Weights& weight) {
  double won = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (std::size_t j = 0; j < cases.size(); ++j) {
      if (cases[i].truth && !cases[j].truth) {
        const double times = static_cast<double>(weight[group[i]]) * weight[group[j]];
        const double a = cases[i].probability;
        const double b = cases[j].probability;
        won += times * (a > b ? 1.0 : a == b ? 0.5 : 0.0);
        pairs += times;
      }
    }
  }
  return won / pairs;
}

TEST(Roc, WeightsAreRepeatedCases) {
  jcs::Random random(4);
  Cases cases;
  Groups group;
  for (std::size_t i = 0; i < 200; ++i) {
    // Few different probabilities, so that there are many ties.
    cases.push_back({static_cast<double>(random.integer(0, 20)) / 20.0, random.coin(0.3)});
    group.push_back(i % 9);
  }
  const RankedCases ranked(cases, group);
  ASSERT_EQ(ranked.groups(), 9);
  const Weights weight = {0, 3, 1, 0, 2, 1, 1, 0, 4};
  EXPECT_NEAR(*ranked.roc_area(), area_by_pairs(cases, group, Weights(9, 1)), 1e-12);
  EXPECT_NEAR(*ranked.roc_area(weight), area_by_pairs(cases, group, weight), 1e-12);
  EXPECT_DOUBLE_EQ(*ranked.roc_area(Weights(9, 1)), *ranked.roc_area());

  Cases repeated;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    repeated.insert(repeated.end(), static_cast<std::size_t>(weight[group[i]]), cases[i]);
  }
  EXPECT_NEAR(*ranked.average_precision(weight), *RankedCases(repeated).average_precision(), 1e-12);
}

TEST(Roc, OneClassHasNoArea) {
  const RankedCases negatives(Cases{{0.2, false}, {0.9, false}});
  EXPECT_FALSE(negatives.roc_area());
  EXPECT_FALSE(negatives.average_precision());
  EXPECT_TRUE(negatives.roc_curve().empty());
  EXPECT_TRUE(negatives.precision_recall_curve().empty());

  const RankedCases positives(Cases{{0.2, true}, {0.9, true}});
  EXPECT_FALSE(positives.roc_area());
  EXPECT_EQ(positives.average_precision(), 1.0);
  EXPECT_TRUE(positives.roc_curve().empty());

  // A resample may miss a class that the cases have.
  const RankedCases ranked(kFour, Groups{0, 1, 0, 1});
  EXPECT_FALSE(ranked.roc_area(Weights{2, 0}));
  EXPECT_FALSE(ranked.average_precision(Weights{2, 0}));
  EXPECT_FALSE(ranked.roc_area(Weights{0, 2}));

  EXPECT_FALSE(RankedCases(Cases{}).roc_area());
}

TEST(Roc, RefusesWhatIsNoProbability) {
  using jcs::test::error_line;
  for (const double bad : {std::nan(""), -0.01, 1.01, std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(error_line<jcs::InputError>([bad] {
                  const RankedCases ranked(Cases{{0.5, true}, {bad, false}});
                }),
                HasSubstr("case 1"));
  }
}

TEST(Roc, RefusesGroupsAndWeightsThatDoNotFit) {
  using jcs::test::error_line;
  EXPECT_THROW(RankedCases(kFour, Groups{0, 1}), jcs::UsageError);
  EXPECT_THAT(error_line<jcs::UsageError>([] {
                const RankedCases ranked(kFour, Groups{0, 0, 0, 4});
              }),
              HasSubstr("case 3"));
  const RankedCases ranked(kFour, Groups{0, 1, 0, 1});
  EXPECT_THAT(error_line<jcs::UsageError>([&] {
                (void)ranked.roc_area(Weights{1, 1, 1});
              }),
              HasSubstr("expected 2, got 3"));
  EXPECT_THAT(error_line<jcs::UsageError>([&] {
                (void)ranked.average_precision(Weights{3, -1});
              }),
              HasSubstr("group 1"));
}

}  // namespace
