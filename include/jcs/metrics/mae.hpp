#pragma once

#include <cstdint>
#include <span>

namespace jcs::metrics {

/// Mean absolute error between probabilities and annotation, 0 … 1: mean |p − g| with g = 1 where
/// the annotation is not 0. Inputs and errors as in overlap.hpp; stream it through a `Mean`.
double mean_absolute_error(std::span<const float> map, std::span<const std::uint8_t> annotation);

}  // namespace jcs::metrics
