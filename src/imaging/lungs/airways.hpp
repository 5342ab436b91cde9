#pragma once

#include "grid.hpp"

namespace jcs::imaging::lungs {

/// Trachea and main bronchi: from the uppermost slice that shows a small, round, dark hole in the
/// middle of the body, followed downwards until it opens into a lung. Nothing where none is seen.
/// @param air the air-filled pixels inside the body, 255
Masks find_airways(const Grid& grid, const Masks& body, const Masks& air);

}  // namespace jcs::imaging::lungs
