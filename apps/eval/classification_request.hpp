#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/evaluation/classification_summary.hpp"
#include "jcs/evaluation/slice_predictions.hpp"

#include "eval/network_source.hpp"

namespace jcs::app {

/// All that decides the figures of a classification's evaluation.
struct ClassificationRequest {
  NetworkArguments network;
  std::filesystem::path predictions;
  std::filesystem::path choose_on;  ///< validation data by which the patients' threshold is chosen
  evaluation::ClassificationOptions options;
  /// Whether the weights say it instead of `options`, as for a diagnosis.
  bool slice_probability_of_weights = false, positive_slices_of_weights = false;
  std::filesystem::path save_maps;  ///< changes no figure
};

struct ClassificationAnswer {
  std::vector<evaluation::SlicePrediction> predictions;
  evaluation::ClassificationSummary summary;
  nlohmann::ordered_json document;
};

/// Files that must not be replaced by what is written; some are empty or not there.
/// @throws what reading a run's configuration throws
std::vector<std::filesystem::path> files_read_by(const ClassificationRequest& request);

/// @throws UsageError for requests that contradict themselves, and what the library throws.
ClassificationAnswer answer(ClassificationRequest request, App& app);

/// The request that a document answers, to ask it again. @throws InputError
ClassificationRequest request_for_slices(const nlohmann::ordered_json& document,
                                         const std::filesystem::path& file);

}  // namespace jcs::app
