#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace jcs::evaluation {

/// What a classifier said of one slice, and what is true.
struct SlicePrediction {
  std::string patient;                ///< empty: not known; the slice then takes part in no patient
  std::string slice;                  ///< unique within its patient
  std::optional<bool> label;          ///< whether the slice shows the disease; nothing: not known
  double probability = 0.0;           ///< of the disease, 0 … 1
  std::optional<bool> patient_label;  ///< whether the patient has it, where said apart
};

/// Reads a CSV file with the columns `patient`, `slice`, `label` (1, 0 or nothing), `probability`
/// and, if it likes, `patient_label`, in any order; others are passed over.
/// @throws InputError with file and line: missing columns, a label or probability that is none, a
/// slice given twice, no slices at all.
std::vector<SlicePrediction> read_predictions(const std::filesystem::path& file);

/// The same as text. Probabilities read back exactly.
std::string to_csv(const std::vector<SlicePrediction>& predictions);

}  // namespace jcs::evaluation
