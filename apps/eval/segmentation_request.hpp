#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/evaluation/picture_result.hpp"
#include "jcs/evaluation/segmentation_summary.hpp"
#include "jcs/metrics/bootstrap.hpp"

#include "eval/network_source.hpp"

namespace jcs::app {

/// All that decides the figures of a segmentation's evaluation.
struct SegmentationRequest {
  NetworkArguments network;
  std::filesystem::path predictions, annotations;
  std::string threshold = "0.5";
  bool threshold_of_weights = false;  ///< whether the weights say it instead, as for a diagnosis
  std::vector<double> spacing;        ///< row and column, mm; empty: not known
  std::optional<bool> clean_slices;   ///< nothing: as in the run's config; without a run, no
  bool allow_missing = false;
  metrics::BootstrapOptions bootstrap;
  std::filesystem::path save_predictions;  ///< changes no figure
};

struct SegmentationAnswer {
  std::vector<evaluation::PictureResult> pictures;
  evaluation::SegmentationSummary summary;
  nlohmann::ordered_json document;
};

/// Files that must not be replaced by what is written; some are empty or not there.
/// @throws what reading a run's configuration throws
std::vector<std::filesystem::path> files_read_by(const SegmentationRequest& request);

/// @throws UsageError for requests that contradict themselves, and what the library throws.
SegmentationAnswer answer(SegmentationRequest request, App& app);

/// The request that a document answers, to ask it again. @throws InputError
SegmentationRequest request_of(const nlohmann::ordered_json& document,
                               const std::filesystem::path& file);

}  // namespace jcs::app
