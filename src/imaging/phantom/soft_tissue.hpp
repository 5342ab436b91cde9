#pragma once

#include "section.hpp"

namespace jcs::imaging::phantom {

/// Distances at a point, so that no outline is computed twice.
struct Depths {
  double skin = 0;   ///< of trunk and breasts together
  double trunk = 0;  ///< positive inside the breasts
  double cage = 0;
};

/// HU inside the body, outside lungs and bones: skin, fat, muscle, heart, liver, stomach.
double soft_tissue_hu(const Build& build, const Section& section, const Texture& texture, double x,
                      double y, const Depths& depths);

/// HU outside the trunk: air and the table.
double surroundings_hu(const Section& section, double x, double y);

}  // namespace jcs::imaging::phantom
