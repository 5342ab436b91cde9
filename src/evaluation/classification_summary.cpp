#include "jcs/evaluation/classification_summary.hpp"

#include <algorithm>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/evaluation/picture_result.hpp"

namespace jcs::evaluation {

namespace {

Estimate rate(std::optional<double> value, std::int64_t successes, std::int64_t trials,
              double confidence) {
  return {value, metrics::wilson(successes, trials, confidence)};
}

metrics::PatientMeter meter_of(const std::vector<SlicePrediction>& predictions,
                               double slice_probability) {
  metrics::PatientMeter meter;
  for (const SlicePrediction& slice : predictions) {
    if (slice.patient.empty()) {
      continue;
    }
    meter.add(slice.patient, slice.probability > slice_probability, slice.label,
              slice.patient_label);
  }
  return meter;
}

std::int64_t most_positive_slices(const metrics::PatientMeter& meter) {
  std::int64_t most = 0;
  for (const auto& [name, counts] : meter.patients()) {
    most = std::max(most, counts.positive_slices);
  }
  return most;
}

struct Labelled {
  std::vector<metrics::ScoredCase> cases;
  std::vector<std::string> patients;
};

Labelled labelled(const std::vector<SlicePrediction>& predictions) {
  Labelled result;
  for (const SlicePrediction& slice : predictions) {
    if (slice.label) {
      result.cases.push_back({slice.probability, *slice.label});
      result.patients.push_back(slice.patient);
    }
  }
  return result;
}

// Area, average precision, both with intervals over the groups.
void add_areas(ClassificationSummary& summary, const Labelled& slices,
               const metrics::BootstrapOptions& options) {
  const Groups groups = groups_of(slices.patients);
  const metrics::RankedCases ranked(slices.cases, groups.of);
  summary.roc = ranked.roc_curve();
  summary.precision_recall = ranked.precision_recall_curve();
  summary.roc_area.value = ranked.roc_area();
  summary.average_precision.value = ranked.average_precision();
  const auto patients_with = [&](bool truth) {
    return groups_with(groups, [&](std::size_t i) { return slices.cases[i].truth == truth; });
  };
  if (patients_with(true) < 2 || patients_with(false) < 2) {
    return;
  }
  summary.roc_area.interval =
      metrics::bootstrap(
          groups.count, [&](std::span<const std::int32_t> w) { return ranked.roc_area(w); },
          options)
          .interval;
  summary.average_precision.interval =
      metrics::bootstrap(
          groups.count,
          [&](std::span<const std::int32_t> w) { return ranked.average_precision(w); }, options)
          .interval;
}

// Slices of one patient resemble each other: a hundred of them tell little more than one.
Rates slice_rates(const Labelled& slices, const metrics::Confusion& counts,
                  const ClassificationOptions& options) {
  Rates rates = rates_of(counts, options.bootstrap.confidence);
  const Groups groups = groups_of(slices.patients);
  using Hit = std::optional<bool>;
  const auto interval = [&](Hit (*hit)(bool predicted, bool truth)) {
    std::vector<Hit> hits;
    hits.reserve(slices.cases.size());
    for (const metrics::ScoredCase& slice : slices.cases) {
      hits.push_back(hit(slice.probability > options.slice_probability, slice.truth));
    }
    return metrics::bootstrap_rate(hits, groups.of, options.bootstrap);
  };
  rates.sensitivity.interval =
      interval([](bool predicted, bool truth) { return truth ? Hit(predicted) : std::nullopt; });
  rates.specificity.interval =
      interval([](bool predicted, bool truth) { return truth ? std::nullopt : Hit(!predicted); });
  rates.precision.interval =
      interval([](bool predicted, bool truth) { return predicted ? Hit(truth) : std::nullopt; });
  rates.accuracy.interval =
      interval([](bool predicted, bool truth) { return Hit(predicted == truth); });
  return rates;
}

void add_slices(ClassificationSummary& summary, const Labelled& slices,
                const ClassificationOptions& options) {
  metrics::Confusion counts;
  metrics::CalibrationMeter calibration(options.bins);
  for (const metrics::ScoredCase& slice : slices.cases) {
    counts.add(slice.probability > options.slice_probability, slice.truth);
    calibration.add(slice.probability, slice.truth);
  }
  summary.labelled_slices = static_cast<std::int64_t>(slices.cases.size());
  summary.slice_rates = slice_rates(slices, counts, options);
  summary.calibration_error = calibration.expected_calibration_error();
  summary.brier = calibration.brier();
  summary.reliability = calibration.bins();
  if (!slices.cases.empty()) {
    add_areas(summary, slices, options.bootstrap);
  }
}

Estimate patient_area(const metrics::PatientMeter& meter,
                      const metrics::BootstrapOptions& options) {
  // The number of positive slices ranks the patients; as a share of the largest it is a score
  // from 0 to 1.
  const double most = static_cast<double>(std::max<std::int64_t>(most_positive_slices(meter), 1));
  std::vector<metrics::ScoredCase> cases;
  for (const auto& [name, counts] : meter.patients()) {
    if (const auto truth = counts.truth()) {
      cases.push_back({static_cast<double>(counts.positive_slices) / most, *truth});
    }
  }
  Estimate area;
  const metrics::RankedCases ranked(cases);
  area.value = ranked.roc_area();
  if (ranked.positives() >= 2 && ranked.negatives() >= 2) {
    area.interval =
        metrics::bootstrap(
            cases.size(), [&](std::span<const std::int32_t> w) { return ranked.roc_area(w); },
            options)
            .interval;
  }
  return area;
}

}  // namespace

void require_valid(const ClassificationOptions& options) {
  if (!(options.slice_probability >= 0 && options.slice_probability <= 1)) {
    throw UsageError({"no threshold of a probability", "slice_probability", "0 ... 1",
                      to_text(options.slice_probability)});
  }
  if (options.positive_slices < 0 || options.positive_slices > metrics::kHighestSweep) {
    throw UsageError({"no number of slices", "positive_slices",
                      "0 ... " + std::to_string(metrics::kHighestSweep),
                      std::to_string(options.positive_slices)});
  }
  metrics::CalibrationMeter{options.bins};  // knows how many it takes
  metrics::require_valid(options.bootstrap);
}

Rates rates_of(const metrics::Confusion& counts, double confidence) {
  Rates rates;
  rates.counts = counts;
  rates.sensitivity = rate(metrics::sensitivity(counts), counts.tp, counts.positives(), confidence);
  rates.specificity = rate(metrics::specificity(counts), counts.tn, counts.negatives(), confidence);
  rates.precision = rate(metrics::precision(counts), counts.tp, counts.tp + counts.fp, confidence);
  rates.accuracy =
      rate(metrics::accuracy(counts), counts.tp + counts.tn, counts.total(), confidence);
  rates.f1 = metrics::f1(counts);
  rates.balanced_accuracy = metrics::balanced_accuracy(counts);
  return rates;
}

ClassificationSummary summarise(const std::vector<SlicePrediction>& predictions,
                                const ClassificationOptions& options) {
  require_valid(options);
  if (predictions.empty()) {
    throw InputError({.what = "no slices to evaluate"});
  }
  ClassificationSummary summary;
  summary.slices = static_cast<std::int64_t>(predictions.size());
  add_slices(summary, labelled(predictions), options);

  summary.slices_of_nobody =
      std::count_if(predictions.begin(), predictions.end(),
                    [](const SlicePrediction& slice) { return slice.patient.empty(); });
  const metrics::PatientMeter meter = meter_of(predictions, options.slice_probability);
  for (const auto& [name, counts] : meter.patients()) {
    summary.patients.push_back({name, counts});
    summary.too_few_slices += counts.truth() && counts.slices <= options.positive_slices ? 1 : 0;
  }
  summary.unknown_patients = meter.unknown();
  summary.threshold = options.positive_slices;
  summary.patient_rates =
      rates_of(meter.value(options.positive_slices), options.bootstrap.confidence);
  summary.patient_roc_area = patient_area(meter, options.bootstrap);
  const std::int64_t highest = std::max<std::int64_t>(
      {most_positive_slices(meter), options.positive_slices, 2 * metrics::kPaperSliceThreshold});
  summary.sweep = metrics::sweep(meter, highest, options.bootstrap.confidence);
  return summary;
}

int best_positive_slices(const std::vector<SlicePrediction>& validation, double slice_probability) {
  const metrics::PatientMeter meter = meter_of(validation, slice_probability);
  const auto best = metrics::best_threshold(metrics::sweep(meter, most_positive_slices(meter)));
  if (!best) {
    throw InputError({.what = "a threshold cannot be chosen",
                      .expected = "patients with and without the disease",
                      .got = std::to_string(meter.patients().size() -
                                            static_cast<std::size_t>(meter.unknown())) +
                             " of one kind"});
  }
  return static_cast<int>(*best);
}

}  // namespace jcs::evaluation
