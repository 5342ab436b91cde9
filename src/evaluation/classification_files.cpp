#include "jcs/evaluation/classification_files.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>

#include "jcs/core/text.hpp"

#include "json_parts.hpp"
#include "table.hpp"

namespace jcs::evaluation {

namespace {

using nlohmann::ordered_json;

ordered_json json_of(const Estimate& estimate) {
  return {{"value", value_or_null(estimate.value)}, {"interval", value_or_null(estimate.interval)}};
}

void add_rates(ordered_json& json, const Rates& rates) {
  add_counts(json, rates.counts);
  json["sensitivity"] = json_of(rates.sensitivity);
  json["specificity"] = json_of(rates.specificity);
  json["precision"] = json_of(rates.precision);
  json["accuracy"] = json_of(rates.accuracy);
  json["f1"] = value_or_null(rates.f1);
  json["balanced_accuracy"] = value_or_null(rates.balanced_accuracy);
}

// A curve of a hundred thousand points says no more than one of a thousand.
template <class Point>
std::vector<Point> thinned(const std::vector<Point>& curve) {
  constexpr std::size_t kMost = 1000;
  if (curve.size() <= kMost) {
    return curve;
  }
  std::vector<Point> points;
  for (std::size_t i = 0; i < kMost; ++i) {
    points.push_back(curve[i * (curve.size() - 1) / (kMost - 1)]);
  }
  return points;
}

ordered_json curves_of(const ClassificationSummary& summary) {
  ordered_json roc = ordered_json::array();
  for (const metrics::RocPoint& point : thinned(summary.roc)) {
    // The first point stands for a threshold above all probabilities.
    roc.push_back({{"threshold", std::isfinite(point.threshold) ? ordered_json(point.threshold)
                                                                : ordered_json(nullptr)},
                   {"sensitivity", point.sensitivity},
                   {"false_positive_rate", point.false_positive_rate}});
  }
  ordered_json precision_recall = ordered_json::array();
  for (const metrics::PrecisionRecallPoint& point : thinned(summary.precision_recall)) {
    precision_recall.push_back(
        {{"threshold", point.threshold}, {"precision", point.precision}, {"recall", point.recall}});
  }
  return {{"roc", roc}, {"precision_recall", precision_recall}};
}

ordered_json calibration_of(const ClassificationSummary& summary) {
  ordered_json bins = ordered_json::array();
  for (const metrics::CalibrationBin& bin : summary.reliability) {
    bins.push_back({{"low", bin.low},
                    {"high", bin.high},
                    {"count", bin.count},
                    {"mean_probability", value_or_null(bin.mean_probability)},
                    {"observed_rate", value_or_null(bin.observed_rate)}});
  }
  return {{"expected_calibration_error", value_or_null(summary.calibration_error)},
          {"brier", value_or_null(summary.brier)},
          {"bins", bins}};
}

ordered_json slices_of(const ClassificationSummary& summary) {
  ordered_json json = {{"count", summary.slices},
                       {"labelled", summary.labelled_slices},
                       {"of_unknown_patients", summary.slices_of_nobody},
                       {"positives", summary.slice_rates.counts.positives()},
                       {"negatives", summary.slice_rates.counts.negatives()}};
  add_rates(json, summary.slice_rates);
  json["roc_area"] = json_of(summary.roc_area);
  json["average_precision"] = json_of(summary.average_precision);
  json["calibration"] = calibration_of(summary);
  json["curves"] = curves_of(summary);
  return json;
}

ordered_json patients_of(const ClassificationSummary& summary) {
  ordered_json json = {{"count", summary.patients.size()},
                       {"unknown", summary.unknown_patients},
                       {"positives", summary.patient_rates.counts.positives()},
                       {"negatives", summary.patient_rates.counts.negatives()},
                       {"threshold", summary.threshold},
                       {"too_few_slices", summary.too_few_slices}};
  add_rates(json, summary.patient_rates);
  json["roc_area"] = json_of(summary.patient_roc_area);
  ordered_json list = ordered_json::array();
  for (const auto& [name, counts] : summary.patients) {
    const auto truth = counts.truth();
    list.push_back(
        {{"patient", name},
         {"slices", counts.slices},
         {"positive_slices", counts.positive_slices},
         {"label", truth ? ordered_json(*truth ? 1 : 0) : ordered_json(nullptr)},
         {"predicted",
          metrics::patient_positive(counts.positive_slices, summary.threshold) ? 1 : 0}});
  }
  json["list"] = list;
  return json;
}

std::vector<std::string> row_of(const char* name, const Estimate& slices,
                                const Estimate& patients) {
  return {name, figure_text(slices.value), interval_text(slices.interval),
          figure_text(patients.value), interval_text(patients.interval)};
}

std::string sweep_table(const ClassificationSummary& summary) {
  std::vector<std::vector<std::string>> rows = {
      {"positive slices above", "sensitivity", "interval", "specificity", "interval"}};
  // The paper's Table IV and the threshold in use.
  for (const int threshold : std::set<int>{15, 20, 25, 30, summary.threshold}) {
    const metrics::SweepPoint& point = summary.sweep[static_cast<std::size_t>(threshold)];
    rows.push_back({std::to_string(threshold) + (threshold == summary.threshold ? " *" : ""),
                    figure_text(point.sensitivity), interval_text(point.sensitivity_interval),
                    figure_text(point.specificity), interval_text(point.specificity_interval)});
  }
  return table_text(rows);
}

}  // namespace

ordered_json to_json(const ClassificationSummary& summary) {
  ordered_json sweep = ordered_json::array();
  for (const metrics::SweepPoint& point : summary.sweep) {
    ordered_json json = {{"threshold", point.threshold},
                         {"sensitivity", value_or_null(point.sensitivity)},
                         {"specificity", value_or_null(point.specificity)},
                         {"intervals",
                          {{"sensitivity", value_or_null(point.sensitivity_interval)},
                           {"specificity", value_or_null(point.specificity_interval)}}}};
    add_counts(json, point.patients);
    sweep.push_back(std::move(json));
  }
  return {{"slices", slices_of(summary)},
          {"patients", patients_of(summary)},
          {"sweep", std::move(sweep)},
          {"chosen_threshold", summary.threshold}};
}

std::string to_table(const ClassificationSummary& summary, double confidence) {
  const metrics::Confusion& slices = summary.slice_rates.counts;
  const metrics::Confusion& patients = summary.patient_rates.counts;
  std::string text =
      std::to_string(summary.slices) + " slices (" + std::to_string(slices.positives()) +
      " positive, " + std::to_string(slices.negatives()) + " negative, " +
      std::to_string(summary.slices - summary.labelled_slices) + " not labelled), " +
      std::to_string(summary.patients.size()) + " patients (" +
      std::to_string(patients.positives()) + " positive, " + std::to_string(patients.negatives()) +
      " negative, " + std::to_string(summary.unknown_patients) + " not known)\n\n";
  const std::string interval = jcs::to_text(confidence * 100) + " %";
  std::vector<std::vector<std::string>> rows = {
      {"", "slices", interval, "patients", interval},
      row_of("sensitivity", summary.slice_rates.sensitivity, summary.patient_rates.sensitivity),
      row_of("specificity", summary.slice_rates.specificity, summary.patient_rates.specificity),
      row_of("precision", summary.slice_rates.precision, summary.patient_rates.precision),
      row_of("accuracy", summary.slice_rates.accuracy, summary.patient_rates.accuracy),
      {"F1", figure_text(summary.slice_rates.f1), "", figure_text(summary.patient_rates.f1)},
      row_of("area under ROC", summary.roc_area, summary.patient_roc_area),
      row_of("average precision", summary.average_precision, {}),
      {"calibration error", figure_text(summary.calibration_error)},
      {"Brier score", figure_text(summary.brier)}};
  return text + table_text(rows) + "\n" + sweep_table(summary) +
         "* the threshold that the patients above are judged by\n";
}

}  // namespace jcs::evaluation
