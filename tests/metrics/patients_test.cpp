#include "jcs/metrics/patients.hpp"

#include <gmock/gmock.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::metrics::Confusion;
using jcs::metrics::patient_positive;
using jcs::metrics::PatientMeter;
using testing::HasSubstr;

TEST(Patients, PositiveIsHigherThanTheThreshold) {
  EXPECT_FALSE(patient_positive(25, jcs::metrics::kPaperSliceThreshold));
  EXPECT_TRUE(patient_positive(26, jcs::metrics::kPaperSliceThreshold));
  EXPECT_TRUE(patient_positive(1, 0));
  EXPECT_FALSE(patient_positive(0, 0));
}

TEST(Patients, SlicesOfAPatientAreGatheredInAnyOrder) {
  PatientMeter meter;
  // ill: 3 positive slices of 4, one labelled clean; well: 1 false alarm of 3.
  meter.add("ill", true, true);
  meter.add("well", false, false);
  meter.add("ill", false, false);
  meter.add("well", true, false);
  meter.add("ill", true, true);
  meter.add("well", false, false);
  meter.add("ill", true, true);

  EXPECT_EQ(meter.value(0), (Confusion{.tp = 1, .fp = 1, .fn = 0, .tn = 0}));
  EXPECT_EQ(meter.value(1), (Confusion{.tp = 1, .fp = 0, .fn = 0, .tn = 1}));
  EXPECT_EQ(meter.value(3), (Confusion{.tp = 0, .fp = 0, .fn = 1, .tn = 1}));
  EXPECT_EQ(meter.patients().at("ill").slices, 4);
  EXPECT_EQ(meter.patients().at("ill").positive_slices, 3);
  EXPECT_EQ(meter.patients().at("ill").truth(), true);
  EXPECT_EQ(meter.patients().at("well").truth(), false);
  meter.reset();
  EXPECT_EQ(meter.value(0).total(), 0);
}

TEST(Patients, AStatedTruthNeedsNoSliceLabels) {
  PatientMeter meter;
  meter.add("ill", true, std::nullopt, true);
  meter.add("ill", false, false);  // a clean slice of a diseased patient
  meter.add("well", false, std::nullopt, false);
  EXPECT_EQ(meter.value(0), (Confusion{.tp = 1, .fp = 0, .fn = 0, .tn = 1}));
  EXPECT_EQ(meter.unknown(), 0);
}

TEST(Patients, UnknownTruthIsCountedApart) {
  PatientMeter meter;
  meter.add("unlabelled", true, std::nullopt);
  // What the unlabelled slice holds is not known, so the patient is not known to be negative ...
  meter.add("partly", false, false);
  meter.add("partly", true, std::nullopt);
  // ... but one positive slice is enough to be positive.
  meter.add("ill", true, std::nullopt);
  meter.add("ill", true, true);
  EXPECT_EQ(meter.value(0), (Confusion{.tp = 1, .fp = 0, .fn = 0, .tn = 0}));
  EXPECT_EQ(meter.unknown(), 2);
  EXPECT_FALSE(meter.patients().at("partly").truth().has_value());
}

TEST(Patients, RefusesContradictionsAndKeepsWhatItHad) {
  PatientMeter meter;
  meter.add("P7", true, std::nullopt, true);
  EXPECT_THAT(
      jcs::test::error_line<jcs::InputError>([&] { meter.add("P7", true, std::nullopt, false); }),
      HasSubstr("patient P7"));
  meter.add("P8", false, false, false);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { meter.add("P8", false, true); }),
              HasSubstr("patient P8"));
  meter.add("P9", false, true);
  EXPECT_THAT(
      jcs::test::error_line<jcs::InputError>([&] { meter.add("P9", false, std::nullopt, false); }),
      HasSubstr("patient P9"));
  EXPECT_THROW(meter.add("P10", true, true, false), jcs::InputError);
  EXPECT_EQ(meter.patients().size(), 3);
  EXPECT_EQ(meter.patients().at("P8").slices, 1);
  EXPECT_EQ(meter.patients().at("P9").slices, 1);
  EXPECT_EQ(meter.value(0), (Confusion{.tp = 1, .fp = 0, .fn = 1, .tn = 1}));
}

TEST(Patients, RefusesSlicesOfNobodyAndNegativeThresholds) {
  PatientMeter meter;
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { meter.add("", true, true); }),
              HasSubstr("no patient"));
  EXPECT_THAT(jcs::test::error_line<jcs::UsageError>([&] { (void)meter.value(-1); }),
              HasSubstr("got -1"));
}

}  // namespace
