#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/core/progress.hpp"
#include "jcs/training/options.hpp"

namespace jcs::training {

/// A validation figure that a run wrote into its best weights, and what it is today.
struct VerifiedFigure {
  std::string name;
  std::optional<double> recorded, recomputed;

  /// 0 where both are undefined, infinite where one is.
  [[nodiscard]] double difference() const;
};

/// Measures the best weights of a finished or running training again on its validation slices.
/// `options`: those of the run's `config.yaml`; `folder`: the run's.
/// @throws InputError when `run.json` is missing or no such file, or when weights or data are no
/// longer those that it names (by their hashes; it names no weights of a run that is not complete);
/// WeightsError; Interrupted.
std::vector<VerifiedFigure> verify_run(ClassifierTrainingOptions options,
                                       const std::filesystem::path& folder, Progress& progress,
                                       const std::stop_token& stop);
std::vector<VerifiedFigure> verify_run(SegmenterTrainingOptions options,
                                       const std::filesystem::path& folder, Progress& progress,
                                       const std::stop_token& stop);

}  // namespace jcs::training
