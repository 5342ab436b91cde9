#pragma once

#include <cstddef>

#include "jcs/metrics/picture_shape.hpp"

namespace jcs::metrics {

/// @throws InputError as picture_shape.hpp says.
void require_shape(const PictureShape& shape, std::size_t pixels);

}  // namespace jcs::metrics
