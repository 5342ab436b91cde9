#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "jcs/metrics/confusion.hpp"

namespace jcs::metrics {

/// The number of positive slices above which the paper calls a patient positive (Table IV).
constexpr int kPaperSliceThreshold = 25;

/// The patient rule of the paper: positive when the number of positive slices is higher than the
/// threshold.
constexpr bool patient_positive(std::int64_t positive_slices, std::int64_t threshold) {
  return positive_slices > threshold;
}

/// What was seen of one patient.
struct PatientCounts {
  std::int64_t slices = 0;
  std::int64_t positive_slices = 0;    ///< predicted
  std::int64_t labelled_slices = 0;    ///< whose own truth is known
  std::int64_t labelled_positive = 0;  ///< those among them that are positive
  std::optional<bool> stated;          ///< the patient's truth, where it was stated as such

  /// What was stated of the patient; else positive when a slice is labelled so, and negative when
  /// every slice is labelled and none is positive. Nothing otherwise: unlabelled slices may hold
  /// the disease that the labelled ones do not show.
  [[nodiscard]] std::optional<bool> truth() const;
};

/// Gathers slices by patient, in any order, and judges the patients at any threshold afterwards.
/// Memory grows with the number of patients, not of slices.
class PatientMeter {
 public:
  /// One slice, with its own truth and that of its patient as far as they are known. A diseased
  /// patient has clean slices too: these contradict nothing.
  /// @throws InputError when `patient` is empty: such slices cannot be told apart. Naming the
  /// patient, when it was stated positive and negative, or when it is stated negative and one of
  /// its slices is labelled positive; the slice is then not counted.
  void add(const std::string& patient, bool predicted, std::optional<bool> slice_truth,
           std::optional<bool> patient_truth = std::nullopt);
  void reset() { patients_.clear(); }

  /// Patients of known truth counted with the rule of patient_positive().
  /// @throws UsageError when the threshold is negative.
  [[nodiscard]] Confusion value(std::int64_t threshold = kPaperSliceThreshold) const;
  /// Patients whose truth is not known: value() leaves them out.
  [[nodiscard]] std::int64_t unknown() const;
  [[nodiscard]] const std::map<std::string, PatientCounts>& patients() const { return patients_; }

 private:
  std::map<std::string, PatientCounts> patients_;
};

}  // namespace jcs::metrics
