#include "jcs/metrics/interval.hpp"

#include <limits>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::Interval;
using jcs::metrics::wilson;
using testing::HasSubstr;

void expect_near(const std::optional<Interval>& interval, double low, double high, double error) {
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, low, error);
  EXPECT_NEAR(interval->high, high, error);
}

TEST(Wilson, EqualsPublishedIntervals) {
  // Newcombe, Statistics in Medicine 1998, table I, method 3.
  expect_near(wilson(81, 263), 0.2553, 0.3662, 5e-5);
  expect_near(wilson(15, 148), 0.0624, 0.1605, 5e-5);
  expect_near(wilson(0, 20), 0.0, 0.1611, 5e-5);
  expect_near(wilson(1, 29), 0.0061, 0.1718, 5e-5);
}

TEST(Wilson, AtTheEndsItIsAQuotient) {
  // All successes: n / (n + z²) to 1, with z² = 3.8414588 at 95 % and 6.6348966 at 99 %.
  expect_near(wilson(20, 20), 20.0 / 23.8414588, 1.0, 1e-8);
  expect_near(wilson(20, 20, 0.99), 20.0 / 26.6348966, 1.0, 1e-8);
  EXPECT_EQ(wilson(20, 20)->high, 1.0);
  EXPECT_EQ(wilson(0, 20)->low, 0.0);
}

TEST(Wilson, NothingIsKnownFromNoTrials) { EXPECT_FALSE(wilson(0, 0)); }

TEST(Wilson, RefusesWhatIsNoRate) {
  EXPECT_THAT(jcs::test::error_line<jcs::UsageError>([] { wilson(3, 2); }), HasSubstr("got 3"));
  EXPECT_THROW(wilson(-1, 2), jcs::UsageError);
  EXPECT_THROW(wilson(-2, -1), jcs::UsageError);
  for (const double bad : {0.0, 1.0, -0.5, 95.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(jcs::test::error_line<jcs::UsageError>([bad] { wilson(1, 2, bad); }),
                HasSubstr("confidence"));
  }
}

}  // namespace
