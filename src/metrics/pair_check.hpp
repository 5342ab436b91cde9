#pragma once

#include <cstddef>
#include <span>

namespace jcs::metrics {

/// @throws InputError when a picture is empty or its annotation has another number of pixels.
void require_same_size(std::size_t map, std::size_t annotation);

/// @throws InputError when a value is not in 0 … 1; NaN is not.
void require_probabilities(std::span<const float> map);

}  // namespace jcs::metrics
