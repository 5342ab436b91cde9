#pragma once

#include <cstdint>
#include <vector>

#include "section.hpp"

namespace jcs::imaging::phantom {

/// One opacity: lobes that flow together, with a ragged outline, clipped by the lung it lies in.
struct Opacity {
  struct Lobe {
    Point centre;
    double rx = 0, ry = 0, rz = 0;
  };
  std::vector<Lobe> lobes;
  double ground_glass_hu = 0;
  double consolidation_hu = 0;
  double core = 0;                 ///< consolidated where deeper than this below the outline, mm
  bool reticular = false;          ///< thickened septa drawn over the ground glass ("crazy paving")
  double lowest = 0, highest = 0;  ///< bounds of z
  double left = 0, right = 0, front = 0, back = 0;  ///< bounds of x and y

  /// Signed distance to the outline in mm, negative inside.
  [[nodiscard]] double distance(const Point& p, const Texture& texture) const;
  /// HU of the opaque lung at a point `distance` from the outline.
  [[nodiscard]] double hu(const Point& p, double distance, const Texture& texture) const;
};

/// Places opacities in both lungs, most of them below the pleura, spread over the height of the
/// lungs. `count` and `radius` (mm): 0 lets the seed decide.
std::vector<Opacity> draw_opacities(const Build& build, const Texture& texture, std::uint64_t seed,
                                    int count, double radius);

}  // namespace jcs::imaging::phantom
