#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "jcs/evaluation/classification_summary.hpp"
#include "jcs/metrics/bootstrap.hpp"

namespace jcs::evaluation {

/// A figure of two evaluations of the same pictures or slices.
struct ComparedFigure {
  std::string name;
  std::optional<double> first, second;        ///< over the pairs
  std::optional<double> difference;           ///< second - first
  std::optional<metrics::Interval> interval;  ///< nothing where it would rest on one patient
  std::optional<double> p_value;              ///< two-sided, that the difference is 0
  std::int64_t pairs = 0;                     ///< pictures for which both are defined
};

/// Compares two files that eval_seg wrote, picture by picture (paired bootstrap over patients,
/// of whom one of the two may say nothing).
/// @throws InputError naming a file that is no such evaluation, or the pictures that only one of
/// them has; or pictures whose annotations or patients differ.
std::vector<ComparedFigure> compare_segmentations(const std::filesystem::path& first,
                                                  const std::filesystem::path& second,
                                                  const metrics::BootstrapOptions& options);

/// Compares two files of predictions of the same slices: area under the ROC curve, sensitivity,
/// specificity and accuracy of the labelled slices (paired bootstrap over patients).
/// @throws InputError as read_predictions() does, and naming a slice that only one of them has or
/// whose label differs, or when no slice is labelled.
std::vector<ComparedFigure> compare_classifications(const std::filesystem::path& first,
                                                    const std::filesystem::path& second,
                                                    const ClassificationOptions& options);

nlohmann::ordered_json to_json(const std::vector<ComparedFigure>& figures);
std::string to_table(const std::vector<ComparedFigure>& figures, double confidence);

}  // namespace jcs::evaluation
