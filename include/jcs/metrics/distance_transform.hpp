#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jcs/metrics/picture_shape.hpp"

namespace jcs::metrics {

/// For each pixel the row-major index of the nearest foreground pixel (not 0), in Euclidean
/// distance between pixel centres; a foreground pixel is its own nearest. Exact, in time linear in
/// the pixels. Empty when the mask has no foreground.
///
/// Distances are counted in pixels where the shape's spacing is not known, else in mm.
/// @throws InputError when the mask is empty, and for the shape.
std::vector<std::int32_t> nearest_foreground(std::span<const std::uint8_t> mask,
                                             const PictureShape& shape);

}  // namespace jcs::metrics
