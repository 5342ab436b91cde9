#pragma once

#include <algorithm>
#include <cmath>

namespace jcs::imaging::phantom {

/// A point or direction in the frame of the patient's chest, mm: x to the left, y to the back, z to
/// the head; the origin lies in the midline, at mid-depth of the chest, at the base of the lungs.
struct Point {
  double x = 0, y = 0, z = 0;

  friend Point operator+(const Point& a, const Point& b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
  }
  friend Point operator-(const Point& a, const Point& b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
  }
  friend Point operator*(double s, const Point& a) { return {s * a.x, s * a.y, s * a.z}; }
};

inline double dot(const Point& a, const Point& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline double length(const Point& a) { return std::sqrt(dot(a, a)); }
inline Point unit(const Point& a) { return (1.0 / std::max(length(a), 1e-9)) * a; }

inline double square(double x) { return x * x; }

/// 0 below `from`, 1 above `to`, smooth between.
inline double smooth_step(double from, double to, double x) {
  const double t = std::clamp((x - from) / (to - from), 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

// Shapes are given by their signed distance in mm, negative inside. Union and intersection round
// the edge where two shapes meet over about `k` mm, as tissue does.

inline double smooth_union(double a, double b, double k) {
  const double h = std::max(k - std::abs(a - b), 0.0) / k;
  return std::min(a, b) - h * h * k * 0.25;
}

inline double smooth_intersection(double a, double b, double k) { return -smooth_union(-a, -b, k); }

/// Distance to an ellipse, measured along the ray from its centre.
inline double ellipse(double x, double y, double rx, double ry) {
  const double norm = std::sqrt(square(x / rx) + square(y / ry));
  return norm < 1e-9 ? -std::min(rx, ry) : std::sqrt(x * x + y * y) * (1.0 - 1.0 / norm);
}

/// The same for a shape between an ellipse and a rectangle: a trunk's cross-section.
inline double rounded_box(double x, double y, double rx, double ry) {
  const double u = square(x / rx);
  const double v = square(y / ry);
  const double norm = std::sqrt(0.75 * (u + v) + 0.25 * std::sqrt(u * u + v * v));
  return norm < 1e-9 ? -std::min(rx, ry) : std::sqrt(x * x + y * y) * (1.0 - 1.0 / norm);
}

/// Distance to an ellipsoid, along the ray from its centre; `p` is relative to the centre.
inline double ellipsoid(const Point& p, double rx, double ry, double rz) {
  const double norm = std::sqrt(square(p.x / rx) + square(p.y / ry) + square(p.z / rz));
  return norm < 1e-9 ? -std::min({rx, ry, rz}) : length(p) * (1.0 - 1.0 / norm);
}

}  // namespace jcs::imaging::phantom
