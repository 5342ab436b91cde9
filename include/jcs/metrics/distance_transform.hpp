#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jcs/metrics/picture_shape.hpp"

namespace jcs::metrics {

/// The nearest foreground pixel of every pixel, row-major as the mask. A foreground pixel is its
/// own nearest. Both lists are empty when the mask has no foreground.
struct NearestForeground {
  std::vector<std::int32_t> index;       ///< row · columns + column of the nearest
  std::vector<double> squared_distance;  ///< between pixel centres
};

/// The Euclidean distance transform of the background, exact and in time linear in the pixels.
/// Pixels that are not 0 are foreground. Distances are in mm, or in pixels where the shape's
/// spacing is not known. Of several nearest pixels the one in the leftmost column is taken, and of
/// those in that column the topmost.
/// @throws InputError when the mask is empty, and for the shape.
NearestForeground nearest_foreground(std::span<const std::uint8_t> mask, const PictureShape& shape);

}  // namespace jcs::metrics
