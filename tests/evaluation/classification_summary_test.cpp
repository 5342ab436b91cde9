#include "jcs/evaluation/classification_summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/evaluation/classification_files.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::evaluation::SlicePrediction;
using testing::HasSubstr;

// A patient whose first `positive` of `slices` slices are called positive.
void add_patient(std::vector<SlicePrediction>& all, const std::string& name, int slices,
                 int positive, std::optional<bool> label, std::optional<bool> patient_label = {}) {
  for (int i = 0; i < slices; ++i) {
    all.push_back({name, std::to_string(i), label, i < positive ? 0.9 : 0.2, patient_label});
  }
}

std::vector<SlicePrediction> four_patients() {
  std::vector<SlicePrediction> all;
  add_patient(all, "ill1", 40, 30, true);
  add_patient(all, "ill2", 40, 20, true);
  add_patient(all, "well1", 40, 10, false);
  add_patient(all, "well2", 40, 0, false);
  return all;
}

TEST(ClassificationSummary, CountsSlicesAndPatients) {
  const auto summary = jcs::evaluation::summarise(four_patients(), {});
  EXPECT_EQ(summary.slices, 160);
  EXPECT_EQ(summary.labelled_slices, 160);
  EXPECT_EQ(summary.slice_rates.counts, (jcs::metrics::Confusion{50, 10, 30, 70}));
  EXPECT_DOUBLE_EQ(summary.slice_rates.sensitivity.value.value(), 50.0 / 80);
  EXPECT_LT(summary.slice_rates.sensitivity.interval->low, 50.0 / 80);
  // Of (ill, well) pairs of slices: 50·70 above, ties 50·10 and 30·70.
  EXPECT_NEAR(summary.roc_area.value.value(), (50 * 70 + 0.5 * (50 * 10 + 30 * 70)) / (80.0 * 80),
              1e-12);
  ASSERT_TRUE(summary.roc_area.interval.has_value());
  // At 25 positive slices one of two ill patients is found.
  EXPECT_EQ(summary.threshold, 25);
  EXPECT_EQ(summary.patient_rates.counts, (jcs::metrics::Confusion{1, 0, 1, 2}));
  EXPECT_DOUBLE_EQ(summary.patient_roc_area.value.value(), 1.0);
  EXPECT_NEAR(summary.brier.value(), (50 * 0.01 + 30 * 0.64 + 10 * 0.81 + 70 * 0.04) / 160, 1e-12);
}

TEST(ClassificationSummary, SweepsAllThresholds) {
  const auto summary = jcs::evaluation::summarise(four_patients(), {});
  ASSERT_EQ(summary.sweep.size(), 51u);
  EXPECT_EQ(summary.sweep[9].patients, (jcs::metrics::Confusion{2, 1, 0, 1}));
  EXPECT_EQ(summary.sweep[10].patients, (jcs::metrics::Confusion{2, 0, 0, 2}));
  EXPECT_EQ(summary.sweep[20].patients, (jcs::metrics::Confusion{1, 0, 1, 2}));
  EXPECT_EQ(summary.sweep[30].patients, (jcs::metrics::Confusion{0, 0, 2, 2}));
  // 10 … 19 tell all patients apart; the middle is taken.
  EXPECT_EQ(jcs::evaluation::best_positive_slices(four_patients(), 0.5), 14);
}

TEST(ClassificationSummary, PatientsMayBeLabelledInPlaceOfSlices) {
  std::vector<SlicePrediction> all;
  add_patient(all, "ill", 40, 30, {}, true);
  add_patient(all, "well", 40, 3, {}, false);
  add_patient(all, "unknown", 40, 3, {});
  all.push_back({"", "stray", true, 0.9, {}});
  const auto summary = jcs::evaluation::summarise(all, {});
  EXPECT_EQ(summary.labelled_slices, 1);
  EXPECT_EQ(summary.slices_of_nobody, 1);
  EXPECT_EQ(summary.unknown_patients, 1);
  EXPECT_EQ(summary.patients.size(), 3u);
  EXPECT_EQ(summary.patient_rates.counts, (jcs::metrics::Confusion{1, 0, 0, 1}));
  EXPECT_FALSE(summary.roc_area.value.has_value());  // one class only
}

// A diagnosis calls them undetermined; as negatives they make a specificity.
TEST(ClassificationSummary, PatientsWhoCannotBePositiveAreCounted) {
  std::vector<SlicePrediction> all;
  add_patient(all, "ill", 25, 25, true);
  add_patient(all, "well", 20, 0, false);
  add_patient(all, "more", 26, 26, true);
  const auto summary = jcs::evaluation::summarise(all, {});
  EXPECT_EQ(summary.too_few_slices, 2);
  EXPECT_EQ(jcs::evaluation::to_json(summary).at("patients").at("too_few_slices"), 2);
  EXPECT_EQ(summary.patient_rates.counts, (jcs::metrics::Confusion{1, 0, 1, 1}));
}

TEST(ClassificationSummary, AnIntervalDoesNotRestOnOnePatient) {
  std::vector<SlicePrediction> all;
  add_patient(all, "ill1", 40, 30, true);
  add_patient(all, "ill2", 40, 20, true);
  add_patient(all, "well", 40, 10, false);
  const auto summary = jcs::evaluation::summarise(all, {});
  EXPECT_TRUE(summary.roc_area.value.has_value());
  EXPECT_FALSE(summary.roc_area.interval.has_value());
  EXPECT_TRUE(summary.slice_rates.sensitivity.interval.has_value());
  EXPECT_FALSE(summary.slice_rates.specificity.interval.has_value());
  EXPECT_FALSE(summary.patient_roc_area.interval.has_value());
}

TEST(ClassificationSummary, SlicesOfOnePatientAreNotIndependent) {
  // Ten of twenty patients are found, each with all of a hundred slices.
  std::vector<SlicePrediction> all, of_nobody;
  for (int p = 0; p < 20; ++p) {
    add_patient(all, "p" + std::to_string(p), 100, p < 10 ? 100 : 0, true);
    add_patient(all, "q" + std::to_string(p), 100, p < 10 ? 100 : 0, false);
  }
  of_nobody = all;
  for (SlicePrediction& slice : of_nobody) slice.patient.clear();
  const auto rates = jcs::evaluation::summarise(all, {}).slice_rates;
  for (const auto* rate : {&rates.sensitivity, &rates.specificity}) {
    EXPECT_DOUBLE_EQ(rate->value.value(), 0.5);
    ASSERT_TRUE(rate->interval.has_value());
    EXPECT_GE(rate->interval->high - rate->interval->low, 0.3);
  }
  for (const auto* rate : {&rates.precision, &rates.accuracy}) {
    ASSERT_TRUE(rate->interval.has_value());
    EXPECT_GE(rate->interval->high - rate->interval->low, 0.2);
  }
  // The draws depend on the seed alone.
  EXPECT_EQ(jcs::evaluation::summarise(all, {}).slice_rates.accuracy.interval,
            rates.accuracy.interval);
  // Nobody knows then which slices belong together.
  EXPECT_EQ(jcs::evaluation::summarise(of_nobody, {}).slice_rates.sensitivity.interval,
            jcs::metrics::wilson(1000, 2000));
}

TEST(ClassificationSummary, ARateOfPatientsHasWilsonsInterval) {
  const auto rates = jcs::evaluation::summarise(four_patients(), {}).patient_rates;
  EXPECT_EQ(rates.sensitivity.interval, jcs::metrics::wilson(1, 2));
  EXPECT_EQ(rates.specificity.interval, jcs::metrics::wilson(2, 2));
}

TEST(ClassificationSummary, JsonHoldsTheNamesThatOthersRelyOn) {
  const auto json = jcs::evaluation::to_json(jcs::evaluation::summarise(four_patients(), {}));
  EXPECT_EQ(json.at("slices").at("count"), 160);
  EXPECT_EQ(json.at("slices").at("sensitivity").at("interval").size(), 2u);
  EXPECT_EQ(json.at("patients").at("list").size(), 4u);
  EXPECT_EQ(json.at("patients").at("list").at(0).at("positive_slices"), 30);
  const auto& point = json.at("sweep").at(20);
  EXPECT_EQ(point.at("threshold"), 20);
  EXPECT_DOUBLE_EQ(point.at("sensitivity").get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(point.at("specificity").get<double>(), 1.0);
  EXPECT_EQ(point.at("intervals").at("specificity").size(), 2u);
  EXPECT_TRUE(json.at("slices").at("curves").at("roc").at(0).at("threshold").is_null());
  EXPECT_THAT(jcs::evaluation::to_table(jcs::evaluation::summarise(four_patients(), {}), 0.95),
              HasSubstr("25 *"));
}

TEST(ClassificationSummary, RefusesThresholdsOutOfRange) {
  using jcs::test::error_line;
  const auto refusal = [](const jcs::evaluation::ClassificationOptions& options) {
    return error_line<jcs::UsageError>(
        [&] { jcs::evaluation::summarise(four_patients(), options); });
  };
  jcs::evaluation::ClassificationOptions options;
  options.slice_probability = 1.5;
  EXPECT_THAT(refusal(options), HasSubstr("slice_probability"));
  options = {};
  options.positive_slices = -1;
  EXPECT_THAT(refusal(options), HasSubstr("positive_slices"));
  options = {};
  options.bins = 0;
  EXPECT_THAT(refusal(options), HasSubstr("bins"));
  options = {};
  options.bootstrap.resamples = 0;
  EXPECT_THAT(refusal(options), HasSubstr("resamples"));
  options = {};
  options.bootstrap.confidence = 1.0;
  EXPECT_THAT(refusal(options), HasSubstr("confidence"));
}

TEST(ClassificationSummary, RefusesInOneLine) {
  using jcs::test::error_line;
  EXPECT_THAT(error_line<jcs::InputError>(
                  [] { jcs::evaluation::summarise(std::vector<SlicePrediction>{}, {}); }),
              HasSubstr("no slices"));
  std::vector<SlicePrediction> ill;
  add_patient(ill, "a", 3, 1, true);
  EXPECT_THAT(error_line<jcs::InputError>([&] { jcs::evaluation::best_positive_slices(ill, 0.5); }),
              HasSubstr("patients with and without the disease"));
  add_patient(ill, "b", 3, 1, true, false);
  EXPECT_THAT(error_line<jcs::InputError>([&] { jcs::evaluation::summarise(ill, {}); }),
              HasSubstr("b"));
}

}  // namespace
