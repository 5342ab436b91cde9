#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "jcs/metrics/confusion.hpp"
#include "jcs/metrics/e_measure.hpp"
#include "jcs/metrics/overlap.hpp"
#include "jcs/metrics/picture_shape.hpp"

namespace jcs::metrics {

/// Every segmentation figure of one picture. What the binarised map says (`pixels` to `precision`,
/// `f` and the distances) depends on the options; `mae`, `weighted_f`, `s_measure` and `e` are of
/// the map itself.
///
/// On an empty annotation, when the mask is empty too | when it is not:
///   dice, iou, f                        nothing | 0
///   sensitivity                         nothing | nothing
///   specificity                         1       | share of pixels left alone
///   precision                           nothing | 0
///   weighted_f                          0, nothing where the map is 0 everywhere
///   mae, s_measure                      mean(p), 1 − mean(p)
///   e                                   as e_measure.hpp says: the share of pixels left alone
///   surface_distance_mm, hausdorff95_mm nothing | nothing
struct PictureScores {
  Confusion pixels;
  std::optional<double> dice;
  std::optional<double> iou;
  std::optional<double> sensitivity;
  std::optional<double> specificity;
  std::optional<double> precision;
  double mae = 0.0;
  std::optional<double> f;  ///< β² = 0.3
  std::optional<double> weighted_f;
  std::optional<double> s_measure;
  EMeasure e;
  std::optional<double> surface_distance_mm;  ///< nothing where the spacing is not known
  std::optional<double> hausdorff95_mm;       ///< likewise
  bool annotation_is_empty = false;
};

/// @throws InputError as the functions of overlap.hpp, and for the shape.
PictureScores picture_scores(std::span<const float> map, std::span<const std::uint8_t> annotation,
                             const PictureShape& shape, const OverlapOptions& options = {});

}  // namespace jcs::metrics
