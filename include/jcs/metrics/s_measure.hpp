#pragma once

#include <cstdint>
#include <span>

#include "jcs/metrics/picture_shape.hpp"

namespace jcs::metrics {

/// Structure measure S_α of a probability map, α = 0.5 (Fan et al., ICCV 2017), 0 … 1: the mean of
/// an object part (how evenly opacity and background are marked) and a region part (structural
/// similarity of the four rectangles that meet at the annotation's centroid), negative sums cut to
/// 0.
///
/// An empty annotation scores 1 − mean(p), a full one mean(p).
/// @throws InputError as the functions of overlap.hpp, and for the shape.
double s_measure(std::span<const float> map, std::span<const std::uint8_t> annotation,
                 const PictureShape& shape);

}  // namespace jcs::metrics
