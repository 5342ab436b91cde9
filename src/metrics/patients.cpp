#include "jcs/metrics/patients.hpp"

#include "jcs/core/error.hpp"

namespace jcs::metrics {

namespace {

void require_consistent(const std::string& patient, const PatientCounts& counts) {
  if (counts.stated == false && counts.labelled_positive > 0) {
    throw InputError({.what = "the patient is stated negative and has a slice labelled positive",
                      .where = "patient " + patient});
  }
}

}  // namespace

std::optional<bool> PatientCounts::truth() const {
  if (stated) {
    return stated;
  }
  if (labelled_positive > 0) {
    return true;
  }
  return labelled_slices == slices ? std::optional(false) : std::nullopt;
}

void PatientMeter::add(const std::string& patient, bool predicted, std::optional<bool> slice_truth,
                       std::optional<bool> patient_truth) {
  if (patient.empty()) {
    throw InputError({.what = "a slice names no patient"});
  }
  const auto known = patients_.find(patient);
  PatientCounts counts = known == patients_.end() ? PatientCounts{} : known->second;
  if (counts.stated && patient_truth && counts.stated != patient_truth) {
    throw InputError({.what = "the patient is stated both positive and negative",
                      .where = "patient " + patient});
  }
  ++counts.slices;
  counts.positive_slices += predicted ? 1 : 0;
  counts.labelled_slices += slice_truth ? 1 : 0;
  counts.labelled_positive += slice_truth == true ? 1 : 0;
  counts.stated = patient_truth ? patient_truth : counts.stated;
  require_consistent(patient, counts);
  if (known == patients_.end()) {
    patients_.emplace(patient, counts);
  } else {
    known->second = counts;
  }
}

Confusion PatientMeter::value(std::int64_t threshold) const {
  if (threshold < 0) {
    throw UsageError({.what = "the threshold is a number of slices",
                      .expected = "0 or more",
                      .got = std::to_string(threshold)});
  }
  Confusion result;
  for (const auto& [name, counts] : patients_) {
    if (const auto truth = counts.truth()) {
      result.add(patient_positive(counts.positive_slices, threshold), *truth);
    }
  }
  return result;
}

std::int64_t PatientMeter::unknown() const {
  std::int64_t result = 0;
  for (const auto& [name, counts] : patients_) {
    result += counts.truth() ? 0 : 1;
  }
  return result;
}

}  // namespace jcs::metrics
