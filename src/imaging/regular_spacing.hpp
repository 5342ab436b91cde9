#pragma once

#include <vector>

namespace jcs::imaging {

/// How much further than what is regular around them neighbours are apart where slices seem to be
/// missing.
inline constexpr double kGap = 1.5;

/// What is regular around each distance between neighbouring slices: nine of ten distances, or the
/// one before or behind it where that is wider. A series that goes on more coarsely than it began
/// has no gaps.
std::vector<double> regular_around(const std::vector<double>& distances);

}  // namespace jcs::imaging
