#include "jcs/metrics/f_measure.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

namespace {

using jcs::metrics::Confusion;
using jcs::metrics::f_measure;

TEST(FMeasure, StressesPrecision) {
  const Confusion counts{.tp = 3, .fp = 1, .fn = 2, .tn = 10};  // precision 3/4, recall 3/5
  EXPECT_DOUBLE_EQ(*f_measure(counts), 1.3 * 0.75 * 0.6 / (0.3 * 0.75 + 0.6));
  EXPECT_DOUBLE_EQ(*f_measure(counts, 1.0), *f1(counts));
}

TEST(FMeasure, FollowsDiceWhereTheAnnotationIsEmpty) {
  EXPECT_FALSE(f_measure({.tp = 0, .fp = 0, .fn = 0, .tn = 9}));
  EXPECT_EQ(f_measure({.tp = 0, .fp = 2, .fn = 0, .tn = 7}), 0.0);
  EXPECT_EQ(f_measure({.tp = 0, .fp = 0, .fn = 2, .tn = 7}), 0.0);
}

TEST(FMeasure, RefusesWhatIsNoWeight) {
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW((void)f_measure({.tp = 1}, bad), jcs::UsageError);
  }
}

}  // namespace
