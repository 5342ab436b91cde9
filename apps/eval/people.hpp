#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "jcs/data/manifest.hpp"
#include "jcs/evaluation/slice_predictions.hpp"

namespace jcs::app {

/// Patients by the names that they were given, and studies by where they lie: what a study of
/// nobody known is called depends on the other lines of its list.
struct People {
  std::set<std::string> patients;
  std::set<std::filesystem::path> studies;
  std::set<std::string> unnamed;  ///< names of the folders of studies that name no patient
};

People people_of(const data::Manifest& manifest);
People people_of(const std::vector<evaluation::SlicePrediction>& predictions);

/// Whether one side has studies without a patient's name and the other one patients with names: a
/// name and a place cannot be compared.
bool cannot_be_compared(const People& first, const People& second);

}  // namespace jcs::app
