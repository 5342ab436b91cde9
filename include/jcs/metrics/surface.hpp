#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "jcs/metrics/picture_shape.hpp"

namespace jcs::metrics {

/// How far the borders of two masks are apart.
///
/// The border of a mask: its pixels that have a background pixel above, below, left or right of
/// them (the 4-neighbourhood, which makes the border itself 8-connected); beyond the picture is
/// background. Distances run from pixel centre to pixel centre, each border pixel of one mask to
/// the nearest of the other, in mm.
struct SurfaceDistances {
  /// Mean over the border pixels of both masks together (average symmetric surface distance).
  double average_mm = 0.0;
  /// The 95th percentile of each direction, linearly interpolated between order statistics, and of
  /// the two the larger.
  double hausdorff95_mm = 0.0;
};

/// Pixels that are not 0 belong to a mask. Nothing when either mask is empty or the spacing is not
/// known. Time linear in the pixels, distances exact.
/// @throws InputError when the masks are empty spans or differ in size, and for the shape.
std::optional<SurfaceDistances> surface_distances(std::span<const std::uint8_t> mask,
                                                  std::span<const std::uint8_t> annotation,
                                                  const PictureShape& shape);

}  // namespace jcs::metrics
