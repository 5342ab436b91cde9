#include "jcs/metrics/picture_scores.hpp"

#include <vector>

#include "jcs/metrics/f_measure.hpp"
#include "jcs/metrics/mae.hpp"
#include "jcs/metrics/s_measure.hpp"
#include "jcs/metrics/surface.hpp"
#include "jcs/metrics/weighted_f.hpp"

#include "shape_check.hpp"

namespace jcs::metrics {

PictureScores picture_scores(std::span<const float> map, std::span<const std::uint8_t> annotation,
                             const PictureShape& shape, const OverlapOptions& options) {
  require_shape(shape, annotation.size());
  PictureScores scores;
  scores.pixels = overlap(map, annotation, options);
  scores.dice = dice(scores.pixels);
  scores.iou = iou(scores.pixels);
  scores.sensitivity = sensitivity(scores.pixels);
  scores.specificity = specificity(scores.pixels);
  scores.precision = precision(scores.pixels);
  scores.mae = mean_absolute_error(map, annotation);
  scores.f = f_measure(scores.pixels);
  scores.weighted_f = weighted_f(map, annotation, shape);
  scores.s_measure = s_measure(map, annotation, shape);
  scores.e = e_measure(map, annotation);
  if (shape.has_spacing()) {
    if (const auto surface = surface_distances(binarised(map, options), annotation, shape)) {
      scores.surface_distance_mm = surface->average_mm;
      scores.hausdorff95_mm = surface->hausdorff95_mm;
    }
  }
  scores.annotation_is_empty = scores.pixels.positives() == 0;
  return scores;
}

}  // namespace jcs::metrics
