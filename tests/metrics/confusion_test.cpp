#include "jcs/metrics/confusion.hpp"

#include <gtest/gtest.h>

#include "jcs/metrics/mean.hpp"

namespace {

using jcs::metrics::Confusion;

TEST(Confusion, CountsEachKindOnce) {
  Confusion counts;
  counts.add(true, true);
  counts.add(true, false);
  counts.add(true, false);
  counts.add(false, true);
  counts.add(false, false);
  EXPECT_EQ(counts, (Confusion{.tp = 1, .fp = 2, .fn = 1, .tn = 1}));
  EXPECT_EQ(counts.positives(), 2);
  EXPECT_EQ(counts.negatives(), 3);

  counts += Confusion{.tp = 9, .fp = 0, .fn = 1, .tn = 2};
  EXPECT_EQ(counts, (Confusion{.tp = 10, .fp = 2, .fn = 2, .tn = 3}));
  counts.reset();
  EXPECT_EQ(counts.total(), 0);
}

TEST(Confusion, RatesOfTwoHundredPatientsOnEachSide) {
  // Table IV of the paper at threshold 25: 95.0 and 93.0 of 200 infected and 200 uninfected.
  const Confusion counts{.tp = 190, .fp = 14, .fn = 10, .tn = 186};
  EXPECT_DOUBLE_EQ(*sensitivity(counts), 0.95);
  EXPECT_DOUBLE_EQ(*specificity(counts), 0.93);
  EXPECT_DOUBLE_EQ(*precision(counts), 190.0 / 204.0);
  EXPECT_DOUBLE_EQ(*accuracy(counts), 376.0 / 400.0);
  EXPECT_DOUBLE_EQ(*f1(counts), 380.0 / 404.0);
  EXPECT_DOUBLE_EQ(*balanced_accuracy(counts), 0.94);
}

TEST(Confusion, ZeroByZeroIsUndefined) {
  const Confusion none;
  EXPECT_FALSE(sensitivity(none) || specificity(none) || precision(none) || accuracy(none) ||
               f1(none) || balanced_accuracy(none));

  const Confusion only_negatives{.tp = 0, .fp = 0, .fn = 0, .tn = 5};
  EXPECT_FALSE(sensitivity(only_negatives));
  EXPECT_FALSE(balanced_accuracy(only_negatives));
  EXPECT_EQ(specificity(only_negatives), 1.0);

  const Confusion all_missed{.tp = 0, .fp = 0, .fn = 3, .tn = 0};
  EXPECT_EQ(sensitivity(all_missed), 0.0);
  EXPECT_FALSE(precision(all_missed));
}

TEST(Mean, CountsUndefinedFiguresApart) {
  jcs::metrics::Mean mean;
  EXPECT_FALSE(mean.value());
  mean.add(std::optional<double>{});
  EXPECT_FALSE(mean.value());
  mean.add(0.5);
  mean.add(std::optional<double>{1.0});
  EXPECT_EQ(mean.value(), 0.75);
  EXPECT_EQ(mean.count(), 2);
  EXPECT_EQ(mean.undefined(), 1);
  mean.reset();
  EXPECT_FALSE(mean.value());
  EXPECT_EQ(mean.undefined(), 0);
}

}  // namespace
