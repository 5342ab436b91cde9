#include "jcs/metrics/calibration.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::CalibrationMeter;
using testing::HasSubstr;

TEST(Calibration, FourCasesByHand) {
  CalibrationMeter meter(2);
  meter.add(0.2, false);
  meter.add(0.4, true);
  meter.add(0.5, true);
  meter.add(1.0, true);
  const auto bins = meter.bins();
  ASSERT_EQ(bins.size(), 2);
  EXPECT_EQ(bins[0].low, 0.0);
  EXPECT_EQ(bins[0].high, 0.5);
  EXPECT_EQ(bins[0].count, 2);
  EXPECT_NEAR(*bins[0].mean_probability, 0.3, 1e-15);
  EXPECT_EQ(bins[0].observed_rate, 0.5);
  EXPECT_EQ(bins[1].count, 2);
  EXPECT_EQ(bins[1].mean_probability, 0.75);
  EXPECT_EQ(bins[1].observed_rate, 1.0);
  EXPECT_NEAR(*meter.expected_calibration_error(), (2 * 0.2 + 2 * 0.25) / 4, 1e-15);
  EXPECT_NEAR(*meter.brier(), (0.04 + 0.36 + 0.25) / 4, 1e-15);
  EXPECT_EQ(meter.count(), 4);
}

TEST(Calibration, TheEdgesItPrintsAreTheEdgesItUses) {
  // Products such as 0.29 * 100 fall just below a whole number.
  for (const int bins : {3, 7, 10, 49, 100}) {
    for (int k = 0; k < bins; ++k) {
      CalibrationMeter meter(bins);
      const double edge = static_cast<double>(k) / bins;
      meter.add(edge, true);
      meter.add(std::nextafter(edge, 0.0), true);
      const auto result = meter.bins();
      const auto at = static_cast<std::size_t>(k);
      EXPECT_EQ(result[at].count, k == 0 ? 2 : 1) << k << " of " << bins;
      EXPECT_EQ(result[at].low, edge);
    }
  }
}

TEST(Calibration, EmptyBinsSayNothing) {
  CalibrationMeter meter;
  EXPECT_EQ(meter.bins().size(), 10);
  EXPECT_FALSE(meter.expected_calibration_error());
  EXPECT_FALSE(meter.brier());
  meter.add(0.95, true);
  EXPECT_FALSE(meter.bins()[0].mean_probability);
  EXPECT_FALSE(meter.bins()[0].observed_rate);
  EXPECT_TRUE(meter.bins()[9].observed_rate);
  meter.reset();
  EXPECT_EQ(meter.count(), 0);
  EXPECT_FALSE(meter.brier());
  EXPECT_EQ(meter.bins().size(), 10);
}

TEST(Calibration, RefusesWhatIsNoProbability) {
  CalibrationMeter meter;
  meter.add(0.5, true);
  for (const double bad : {std::nan(""), -0.1, 1.5}) {
    EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { meter.add(bad, true); }),
                HasSubstr("case 1"));
  }
  EXPECT_EQ(meter.count(), 1);
  EXPECT_THROW(CalibrationMeter(0), jcs::UsageError);
  EXPECT_THROW(CalibrationMeter(2'000'000'000), jcs::UsageError);
}

}  // namespace
