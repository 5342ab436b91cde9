#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opencv2/core.hpp>

#include "jcs/imaging/pixel_spacing.hpp"
#include "jcs/metrics/overlap.hpp"
#include "jcs/metrics/picture_scores.hpp"

namespace jcs::evaluation {

/// What was found of one picture.
struct PictureResult {
  std::string name;     ///< unique in its evaluation
  std::string patient;  ///< empty: not known; such a picture is resampled by itself
  metrics::PictureScores scores;
  int rows = 0, columns = 0;
  std::int64_t opacity_area = 0;  ///< annotated pixels
  int lesions = 0;                ///< annotated opacities, connected over edges and corners

  /// Annotated share of the picture, 0 … 1.
  [[nodiscard]] double opacity_share() const {
    return static_cast<double>(opacity_area) / (static_cast<double>(rows) * columns);
  }
};

using imaging::PixelSpacing;

/// Scores a map of probabilities (CV_32FC1) against an annotation (CV_8UC1, not 0 is opacity).
/// @throws InputError naming the picture when they differ in size or a value is no probability.
PictureResult score_picture(std::string name, std::string patient, const cv::Mat& map,
                            const cv::Mat& annotation, const PixelSpacing& spacing,
                            const metrics::OverlapOptions& options);

/// A figure of a picture by the name that it has in all files.
using NamedFigure = std::pair<std::string_view, std::optional<double>>;

/// All figures of one picture, in the order in which they are written: dice, iou, sensitivity,
/// specificity, precision, mae, f, weighted_f, s_measure, e_adaptive, e_mean, e_max,
/// surface_distance_mm, hausdorff95_mm.
std::vector<NamedFigure> figures_of(const metrics::PictureScores& scores);

/// The patients as numbers 0 … n-1 for a bootstrap; a picture of nobody known is a group of its
/// own.
struct Groups {
  std::vector<std::size_t> of;  ///< group of each case
  std::size_t count = 0;
};
Groups groups_of(const std::vector<std::string>& patients);

/// In how many groups `holds(i)` is true for a case i: an interval that rests on one patient would
/// have no width and claim certainty.
std::size_t groups_with(const Groups& groups, const std::function<bool(std::size_t)>& holds);

}  // namespace jcs::evaluation
