#pragma once

#include <cstdint>
#include <map>
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
  std::int64_t positive_slices = 0;  ///< predicted
  bool truth = false;                ///< at least one slice is labelled positive
};

/// Gathers slices by patient, in any order, and judges the patients at any threshold afterwards.
/// Memory grows with the number of patients, not of slices.
class PatientMeter {
 public:
  /// One slice. A patient is truly positive as soon as one of its slices is labelled so: a diseased
  /// patient has clean slices too.
  /// @throws InputError when `patient` is empty: such slices cannot be told apart.
  void add(const std::string& patient, bool predicted, bool truth);
  void reset() { patients_.clear(); }

  /// Patients counted with the rule of patient_positive().
  /// @throws UsageError when the threshold is negative.
  [[nodiscard]] Confusion value(std::int64_t threshold = kPaperSliceThreshold) const;
  [[nodiscard]] const std::map<std::string, PatientCounts>& patients() const { return patients_; }

 private:
  std::map<std::string, PatientCounts> patients_;
};

}  // namespace jcs::metrics
