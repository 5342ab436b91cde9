#pragma once

#include <optional>

#include "section.hpp"

namespace jcs::imaging::phantom {

/// HU of the bone or cartilage at a point outside the lungs; nothing where there is none.
/// `cage_distance` is `section.cage(x, y)`.
std::optional<double> skeleton_hu(const Build& build, const Section& section,
                                  const Texture& texture, double x, double y, double cage_distance);

}  // namespace jcs::imaging::phantom
