#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jcs/core/fields.hpp"
#include "jcs/evaluation/slice_predictions.hpp"
#include "jcs/metrics/bootstrap.hpp"
#include "jcs/metrics/calibration.hpp"
#include "jcs/metrics/confusion.hpp"
#include "jcs/metrics/interval.hpp"
#include "jcs/metrics/patients.hpp"
#include "jcs/metrics/roc.hpp"
#include "jcs/metrics/sweep.hpp"

namespace jcs::evaluation {

struct ClassificationOptions {
  double slice_probability = 0.5;  ///< above it a slice is positive
  int positive_slices = 25;        ///< with more of them a patient is (paper, Table IV)
  int bins = 10;                   ///< of the reliability diagram
  metrics::BootstrapOptions bootstrap;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("slice_probability", slice_probability, "a slice is positive above it", between(0, 1));
    v.field("positive_slices", positive_slices, "a patient is positive with more slices",
            at_least(0));
    v.field("bins", bins, "of the reliability diagram", between(2, 1000));
    v.section("bootstrap", bootstrap, "resampling of patients for intervals");
  }
};

/// @throws UsageError for options out of range, as summarise() does: to be asked before long work.
void require_valid(const ClassificationOptions& options);

/// A figure with its interval; nothing where it is undefined.
struct Estimate {
  std::optional<double> value;
  std::optional<metrics::Interval> interval;
};

/// Counts of slices or patients and what follows from them.
struct Rates {
  metrics::Confusion counts;
  Estimate sensitivity, specificity, precision, accuracy;
  std::optional<double> f1, balanced_accuracy;
};
/// With Wilson's intervals, which take what was counted for independent: patients, that is.
Rates rates_of(const metrics::Confusion& counts, double confidence);

/// A patient and how many of its slices are called positive.
struct PatientResult {
  std::string name;
  metrics::PatientCounts counts;
};

struct ClassificationSummary {
  std::int64_t slices = 0;            ///< all
  std::int64_t labelled_slices = 0;   ///< of which it is known what they show
  std::int64_t slices_of_nobody = 0;  ///< whose patient is not known
  Rates slice_rates;  ///< of the labelled ones; patients are resampled (`metrics::bootstrap_rate`)
  Estimate roc_area;  ///< of the labelled ones; patients are resampled
  Estimate average_precision;
  std::vector<metrics::RocPoint> roc;
  std::vector<metrics::PrecisionRecallPoint> precision_recall;
  std::optional<double> calibration_error;  ///< expected calibration error
  std::optional<double> brier;
  std::vector<metrics::CalibrationBin> reliability;

  std::vector<PatientResult> patients;  ///< by name
  std::int64_t unknown_patients = 0;    ///< of whom nobody knows whether they are ill
  /// Known ones with no more slices than the threshold: they cannot be positive and count as
  /// negative, as in the paper; a diagnosis leaves them undetermined.
  std::int64_t too_few_slices = 0;
  int threshold = 0;          ///< positive slices above which a patient is positive …
  Rates patient_rates;        ///< … and what came of it, with Wilson's intervals
  Estimate patient_roc_area;  ///< ranked by the number of positive slices
  std::vector<metrics::SweepPoint> sweep;  ///< every threshold from 0 on (Table IV)
};

/// @throws InputError when there are no slices; UsageError for options out of range.
ClassificationSummary summarise(const std::vector<SlicePrediction>& predictions,
                                const ClassificationOptions& options);

/// The threshold of positive slices that separates the patients of these predictions best (largest
/// sensitivity + specificity): to be chosen on validation data and applied to others.
/// @throws InputError when all patients are ill or all are well.
int best_positive_slices(const std::vector<SlicePrediction>& validation, double slice_probability);

}  // namespace jcs::evaluation
