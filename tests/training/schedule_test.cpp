#include "jcs/training/schedule.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace {

using jcs::training::rate_factor;
using jcs::training::ScheduleOptions;

TEST(Schedule, ConstantStays) {
  ScheduleOptions options;
  options.kind = ScheduleOptions::Kind::kConstant;
  EXPECT_EQ(rate_factor(options, 0, 0, 100), 1.0);
  EXPECT_EQ(rate_factor(options, 99, 9, 100), 1.0);
}

TEST(Schedule, StepDividesByTenEveryThirtyEpochs) {
  ScheduleOptions options;
  options.kind = ScheduleOptions::Kind::kStep;
  EXPECT_EQ(rate_factor(options, 0, 29, 100), 1.0);
  EXPECT_DOUBLE_EQ(rate_factor(options, 0, 30, 100), 0.1);
  EXPECT_DOUBLE_EQ(rate_factor(options, 0, 60, 100), 0.01);
}

TEST(Schedule, PolyGoesToZeroOverTheRun) {
  ScheduleOptions options;
  EXPECT_EQ(rate_factor(options, 0, 0, 1000), 1.0);
  EXPECT_DOUBLE_EQ(rate_factor(options, 500, 0, 1000), std::pow(0.5, 0.9));
  EXPECT_EQ(rate_factor(options, 1000, 0, 1000), 0.0);
  EXPECT_EQ(rate_factor(options, 1001, 0, 1000), 0.0);
  options.total_iterations = 21000;
  EXPECT_DOUBLE_EQ(rate_factor(options, 2100, 0, 12), std::pow(0.9, 0.9));
}

TEST(Schedule, WarmUpClimbsFromATenth) {
  ScheduleOptions options;
  options.kind = ScheduleOptions::Kind::kConstant;
  options.warmup_iterations = 200;
  EXPECT_DOUBLE_EQ(rate_factor(options, 0, 0, 1000), 0.9 * 1 / 200 + 0.1);
  EXPECT_DOUBLE_EQ(rate_factor(options, 99, 0, 1000), 0.55);
  EXPECT_DOUBLE_EQ(rate_factor(options, 199, 0, 1000), 1.0);
  EXPECT_DOUBLE_EQ(rate_factor(options, 200, 0, 1000), 1.0);
}

}  // namespace
