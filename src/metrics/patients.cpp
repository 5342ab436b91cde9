#include "jcs/metrics/patients.hpp"

#include "jcs/core/error.hpp"

namespace jcs::metrics {

void PatientMeter::add(const std::string& patient, bool predicted, bool truth) {
  if (patient.empty()) {
    throw InputError({.what = "a slice names no patient"});
  }
  PatientCounts& counts = patients_[patient];
  ++counts.slices;
  counts.positive_slices += predicted ? 1 : 0;
  counts.truth = counts.truth || truth;
}

Confusion PatientMeter::value(std::int64_t threshold) const {
  if (threshold < 0) {
    throw UsageError({.what = "the threshold is a number of slices",
                      .expected = "0 or more",
                      .got = std::to_string(threshold)});
  }
  Confusion result;
  for (const auto& [name, counts] : patients_) {
    result.add(patient_positive(counts.positive_slices, threshold), counts.truth);
  }
  return result;
}

}  // namespace jcs::metrics
