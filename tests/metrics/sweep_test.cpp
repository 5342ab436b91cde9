#include "jcs/metrics/sweep.hpp"

#include <string>

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"
#include "jcs/core/random.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::best_threshold;
using jcs::metrics::PatientMeter;
using jcs::metrics::sweep;
using testing::HasSubstr;

/// A patient of stated truth with this many positive slices, and one slice that is not.
void add_patient(PatientMeter& meter, const std::string& name, int positive_slices, bool truth) {
  meter.add(name, false, std::nullopt, truth);
  for (int i = 0; i < positive_slices; ++i) {
    meter.add(name, true, std::nullopt, truth);
  }
}

TEST(Sweep, EqualsJudgingAtEachThreshold) {
  jcs::Random random(2);
  PatientMeter meter;
  for (int i = 0; i < 40; ++i) {
    const bool truth = random.coin();
    const auto positive = static_cast<int>(random.integer(0, truth ? 20 : 9));
    add_patient(meter, "P" + std::to_string(i), positive, truth);
  }
  meter.add("unknown", true, std::nullopt);
  const auto points = sweep(meter, 15);
  ASSERT_EQ(points.size(), 16);
  for (const auto& point : points) {
    EXPECT_EQ(point.patients, meter.value(point.threshold)) << point.threshold;
    EXPECT_EQ(point.sensitivity, sensitivity(point.patients));
    EXPECT_EQ(point.specificity, specificity(point.patients));
    EXPECT_EQ(point.sensitivity_interval,
              jcs::metrics::wilson(point.patients.tp, point.patients.positives()));
    EXPECT_EQ(point.specificity_interval,
              jcs::metrics::wilson(point.patients.tn, point.patients.negatives()));
  }
  EXPECT_EQ(points[15].threshold, 15);
  EXPECT_LT(sweep(meter, 1, 0.5)[0].sensitivity_interval->high -
                sweep(meter, 1, 0.5)[0].sensitivity_interval->low,
            points[0].sensitivity_interval->high - points[0].sensitivity_interval->low);
}

TEST(Sweep, TheBestThresholdIsTheMiddleOfItsPlateau) {
  PatientMeter meter;
  add_patient(meter, "well", 3, false);
  add_patient(meter, "ill", 10, true);
  // Thresholds 3 ... 9 tell the two apart.
  EXPECT_EQ(best_threshold(sweep(meter, 30)), 6);
  // Of the cut plateau 3 ... 6 the lower middle.
  EXPECT_EQ(best_threshold(sweep(meter, 6)), 4);
}

TEST(Sweep, TheLongestPlateauWins) {
  PatientMeter meter;
  // One error of four at thresholds 1 and 4 ... 8, two elsewhere or more.
  add_patient(meter, "well 1", 1, false);
  add_patient(meter, "ill 1", 2, true);
  add_patient(meter, "well 2", 4, false);
  add_patient(meter, "ill 2", 9, true);
  const auto points = sweep(meter, 12);
  EXPECT_EQ(points[1].patients.tp + points[1].patients.tn, 3);
  EXPECT_EQ(points[6].patients.tp + points[6].patients.tn, 3);
  EXPECT_EQ(best_threshold(points), 6);
}

TEST(Sweep, OfEqualPlateausTheFirstCounts) {
  PatientMeter meter;
  // One error at threshold 1 and at threshold 3, two between them.
  add_patient(meter, "well 1", 1, false);
  add_patient(meter, "ill 1", 2, true);
  add_patient(meter, "well 2", 3, false);
  add_patient(meter, "ill 2", 4, true);
  EXPECT_EQ(best_threshold(sweep(meter, 8)), 1);
}

TEST(Sweep, ClassesOfDifferentSizeWeighAlike) {
  PatientMeter meter;
  // Threshold 0 loses the only well patient, threshold 5 one of three ill ones.
  add_patient(meter, "well", 5, false);
  add_patient(meter, "ill 1", 3, true);
  add_patient(meter, "ill 2", 8, true);
  add_patient(meter, "ill 3", 8, true);
  EXPECT_EQ(best_threshold(sweep(meter, 10)), 6);  // of 5 ... 7
}

TEST(Sweep, OneClassHasNoBestThreshold) {
  PatientMeter meter;
  EXPECT_FALSE(best_threshold(sweep(meter, 3)));
  EXPECT_FALSE(best_threshold({}));
  add_patient(meter, "ill", 2, true);
  const auto points = sweep(meter, 3);
  EXPECT_FALSE(points[0].specificity);
  EXPECT_FALSE(points[0].specificity_interval);
  EXPECT_EQ(points[1].sensitivity, 1.0);
  EXPECT_EQ(points[2].sensitivity, 0.0);
  EXPECT_FALSE(best_threshold(points));
}

TEST(Sweep, RefusesWhatIsNoThreshold) {
  const PatientMeter meter;
  EXPECT_THAT(jcs::test::error_line<jcs::UsageError>([&] { sweep(meter, -1); }),
              HasSubstr("got -1"));
  EXPECT_THROW(sweep(meter, INT64_MAX), jcs::UsageError);
  EXPECT_THROW(sweep(meter, 10, 1.0), jcs::UsageError);
}

}  // namespace
