#pragma once

#include <cstdint>

namespace jcs::imaging::phantom {

/// The patient in figures, mm unless said otherwise.
struct Build {
  bool female = false;
  int age = 0;  ///< years
  double lung_height = 0;
  double cage_width = 0, cage_depth = 0;  ///< half axes of the rib cage where it is widest
  double fat = 0;                         ///< thickness below the skin
  double side_wall = 0;                   ///< from the ribs to the skin, at the side, with the fat
  double front_wall = 0, back_wall = 0;
  double heart = 0;                          ///< scale of the heart
  double stomach = 0;                        ///< scale of the stomach
  double gas_level = 0;                      ///< y of its air-fluid level from its centre
  double dome_right = 0, dome_left = 0;      ///< height of the diaphragm
  double rotation = 0;                       ///< of the body on the table, radians
  double offset_x = 0, offset_y = 0;         ///< of the body from the centre of the picture
  double table_z = 0;                        ///< table position of the base of the lungs
  double parenchyma_hu = 0, gravity_hu = 0;  ///< lung at mid-depth; how much denser at the back
  double outline_phase = 0, rib_phase = 0;   ///< individual shape of the outline; place of the ribs
  double rib_pitch = 0, rib_drop = 0;        ///< distance of ribs; how much they fall to the front

  /// Half width and half depth of the trunk where it is largest.
  [[nodiscard]] double trunk_width() const { return cage_width + side_wall; }
  [[nodiscard]] double trunk_depth() const { return cage_depth + (front_wall + back_wall) / 2; }
};

Build draw_build(std::uint64_t seed);

}  // namespace jcs::imaging::phantom
