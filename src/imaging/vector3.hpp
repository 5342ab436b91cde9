#pragma once

#include <cmath>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

inline double dot(const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

inline double length(const Vec3& a) { return std::sqrt(dot(a, a)); }

inline Vec3 scaled(const Vec3& a, double factor) {
  return {a[0] * factor, a[1] * factor, a[2] * factor};
}

inline Vec3 unit(const Vec3& a) { return scaled(a, 1.0 / length(a)); }

inline Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

inline Vec3 sum(const Vec3& a, const Vec3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

inline Vec3 difference(const Vec3& a, const Vec3& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

/// The patient axis that a direction is nearest to: 0 left, 1 posterior, 2 head.
inline std::size_t nearest_axis(const Vec3& a) {
  std::size_t axis = 0;
  for (std::size_t i = 1; i < 3; ++i) {
    if (std::abs(a[i]) > std::abs(a[axis])) axis = i;
  }
  return axis;
}

/// The normal of a slice, turned so that it points to the head for axial slices (posterior for
/// coronal, left for sagittal ones), whichever way the slice itself is flipped.
inline Vec3 slice_normal(const Vec3& row_direction, const Vec3& column_direction) {
  const Vec3 normal = unit(cross(row_direction, column_direction));
  return normal[nearest_axis(normal)] < 0.0 ? scaled(normal, -1.0) : normal;
}

}  // namespace jcs::imaging
