#pragma once

#include "grid.hpp"

namespace jcs::imaging::lungs {

struct Sides {
  Masks right, left;  ///< 255 where the lung is
};

/// Divides lung tissue into the patient's right and left lung, also where they touch: what an
/// erosion parts is grown back, and where none parts them they are cut along the middle.
Sides divide(const Grid& grid, const Masks& body, const Masks& tissue, const std::stop_token& stop);

}  // namespace jcs::imaging::lungs
