#pragma once

#include "build.hpp"
#include "shapes.hpp"
#include "texture.hpp"

namespace jcs::imaging::phantom {

/// The outlines of the trunk and its organs at one height z. All functions give signed distances in
/// mm, negative inside, and hold for |x|, |y| of some 300 mm.
class Section {
 public:
  Section(const Build& build, const Texture& texture, double z);

  [[nodiscard]] double z() const { return z_; }
  /// 0 at the base of the lungs, 1 at their apex.
  [[nodiscard]] double level() const { return level_; }
  /// y of the inner front and back of the rib cage, of the skin of the back.
  [[nodiscard]] double cage_front() const { return cage_y_ - cage_depth_; }
  [[nodiscard]] double cage_back() const { return cage_y_ + cage_depth_; }
  [[nodiscard]] double cage_y() const { return cage_y_; }
  [[nodiscard]] double skin_back() const;

  [[nodiscard]] double trunk(double x, double y) const;
  [[nodiscard]] double breast(double x, double y) const;
  [[nodiscard]] double cage(double x, double y) const;
  /// The rib cage where it is widest, whatever this section's height: the shoulder blades lie on
  /// it.
  [[nodiscard]] double widest_cage(double x, double y) const;
  [[nodiscard]] double heart(double x, double y) const;
  /// Everything between the lungs: heart, great vessels, spine and fat.
  [[nodiscard]] double mediastinum(double x, double y) const;
  /// Height above the diaphragm: negative below it.
  [[nodiscard]] double above_diaphragm(double x, double y) const;
  /// Both lungs.
  [[nodiscard]] double lungs(double x, double y) const;

 private:
  const Build& build_;
  const Texture& texture_;
  double z_, level_;
  double cage_width_, cage_depth_, cage_y_;
  double trunk_width_, trunk_depth_, trunk_y_;
  double outline_cos_, outline_sin_;
};

}  // namespace jcs::imaging::phantom
