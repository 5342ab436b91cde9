#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "jcs/metrics/picture_shape.hpp"

namespace jcs::metrics {

/// The weighted F-measure F_β^ω of a probability map, β² = 1 (Margolin et al., CVPR 2014), 0 … 1:
/// errors inside the opacity are smoothed over their neighbourhood (a Gaussian of 7 × 7 pixels,
/// σ = 5), errors outside it weigh more the farther away they are, 2 − 0.5^(d / 5) for d pixels.
///
/// A background pixel hands its nearest opacity pixel's error to the smoothing. Where several are
/// equally near, the one is taken that nearest_foreground() of distance_transform.hpp documents.
///
/// An empty annotation scores 0, and nothing when the map is 0 everywhere too.
/// @throws InputError as the functions of overlap.hpp, and for the shape.
std::optional<double> weighted_f(std::span<const float> map,
                                 std::span<const std::uint8_t> annotation,
                                 const PictureShape& shape);

}  // namespace jcs::metrics
