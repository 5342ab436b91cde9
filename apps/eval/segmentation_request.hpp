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
  std::vector<double> spacing;       ///< row and column, mm; empty: not known
  std::optional<bool> clean_slices;  ///< nothing: as in the run's config; without a run, no
  bool allow_missing = false;
  metrics::BootstrapOptions bootstrap;
  std::filesystem::path save_predictions;  ///< changes no figure
};

struct SegmentationAnswer {
  std::vector<evaluation::PictureResult> pictures;
  evaluation::SegmentationSummary summary;
  nlohmann::ordered_json document;
};

/// @throws UsageError for requests that contradict themselves, and what the library throws.
SegmentationAnswer answer(SegmentationRequest request, App& app);

/// The request that a document answers, to ask it again. @throws InputError
SegmentationRequest request_of(const nlohmann::ordered_json& document,
                               const std::filesystem::path& file);

}  // namespace jcs::app
