#pragma once

#include <cstdint>
#include <vector>

#include "section.hpp"

namespace jcs::imaging::phantom {

/// A piece of a vessel or airway: a straight tube whose radius may change on the way.
struct Tube {
  Point from, to;
  double radius_from = 0, radius_to = 0;  ///< mm

  [[nodiscard]] double lowest() const;
  [[nodiscard]] double highest() const;
};

/// Everything tubular, in the order in which it is drawn: a later kind covers an earlier one.
struct Tubes {
  std::vector<Tube> vessels;        ///< of the lungs
  std::vector<Tube> great_vessels;  ///< between the lungs
  std::vector<Tube> airways;        ///< their air; the wall lies around it
};

/// Trachea and bronchi, aorta and great veins, and the vessels that branch from the hila into both
/// lungs, down to half a millimetre of radius.
Tubes draw_tubes(const Build& build, const Texture& texture, std::uint64_t seed);

}  // namespace jcs::imaging::phantom
