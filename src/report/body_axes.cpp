#include "body_axes.hpp"

#include <cmath>

namespace jcs::report {

namespace {

/// Sorted as the components of patient coordinates, the positive end first.
struct Axis {
  const char *letter_up, *letter_down, *name_up, *name_down, *plane;
};
constexpr std::array<Axis, 3> kAxes = {Axis{"L", "R", "left side", "right side", "Sagittal"},
                                       Axis{"P", "A", "back", "front", "Coronal"},
                                       Axis{"H", "F", "head", "feet", "Axial"}};
/// cos 37°: a tilted gantry still names its main axis, a diagonal names none.
constexpr double kMostly = 0.8;
/// cos 44.8°: planes across one another have no name in common, even half-way.
constexpr double kNearest = 0.71;

}  // namespace

std::string edge_letter(const imaging::Vec3& direction) {
  for (std::size_t i = 0; i < kAxes.size(); ++i) {
    if (std::abs(direction[i]) >= kMostly) {
      return direction[i] > 0 ? kAxes[i].letter_up : kAxes[i].letter_down;
    }
  }
  return {};
}

std::string edge_name(const imaging::Vec3& direction) {
  for (std::size_t i = 0; i < kAxes.size(); ++i) {
    if (std::abs(direction[i]) >= kMostly) {
      return direction[i] > 0 ? kAxes[i].name_up : kAxes[i].name_down;
    }
  }
  return {};
}

std::string plane_name(const imaging::Vec3& normal) {
  for (std::size_t i = 0; i < kAxes.size(); ++i) {
    if (std::abs(normal[i]) >= kNearest) return kAxes[i].plane;
  }
  return {};
}

imaging::Vec3 opposite(const imaging::Vec3& direction) {
  return {-direction[0], -direction[1], -direction[2]};
}

bool orientation_known(const imaging::CtVolume& volume) {
  return !volume.windowed && volume.oriented();
}

}  // namespace jcs::report
