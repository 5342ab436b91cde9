#include "section.hpp"

namespace jcs::imaging::phantom {

namespace {

constexpr double kWidestLevel = 0.4;

}  // namespace

Section::Section(const Build& build, const Texture& texture, double z)
    : build_(build), texture_(texture), z_(z), level_(z / build.lung_height) {
  const double up = std::clamp((level_ - kWidestLevel) / (1 - kWidestLevel), 0.0, 1.3);
  const double down = std::clamp((kWidestLevel - level_) / kWidestLevel, 0.0, 1.5);
  cage_width_ = build.cage_width * (1 - 0.55 * std::pow(up, 2.3) - 0.03 * down);
  cage_depth_ = build.cage_depth * (1 - 0.42 * std::pow(up, 1.8) + 0.04 * down);
  cage_y_ = 14 * up;
  trunk_width_ = build.trunk_width() * (1 + 0.04 * up);
  trunk_depth_ = build.trunk_depth() * (1 - 0.20 * up * up + 0.02 * down);
  outline_cos_ = std::cos(build.outline_phase);
  outline_sin_ = std::sin(build.outline_phase);
  trunk_y_ = (build.back_wall - build.front_wall) / 2 + 6 * up;
}

double Section::skin_back() const { return trunk_y_ + 0.93 * trunk_depth_; }

double Section::trunk(double x, double y) const {
  const double plain = rounded_box(x, y - trunk_y_, trunk_width_, trunk_depth_);
  if (plain > 12 || plain < -45) return plain;
  // Two waves around the outline; the cosine of twice the angle comes without a call of cos().
  const double v = y - trunk_y_;
  const double r2 = std::max(x * x + v * v, 1.0);
  const double wave =
      1 + 0.012 * ((x * x - v * v) / r2 * outline_cos_ - 2 * x * v / r2 * outline_sin_) +
      0.010 * x / std::sqrt(r2) * outline_sin_;
  const double free = rounded_box(x, y - trunk_y_, trunk_width_ * wave, trunk_depth_ * wave);
  // The table flattens the back.
  return smooth_intersection(free, y - skin_back(), 25);
}

double Section::breast(double x, double y) const {
  if (!build_.female) return 1e3;
  const double bulge = square((level_ - 0.42) / 0.30);
  if (bulge >= 1) return 1e3;
  const double size = std::sqrt(1 - bulge) * (0.75 + build_.fat / 50);
  const double side = std::abs(x) - 0.52 * build_.trunk_width();
  return ellipse(side + 0.25 * (y + trunk_depth_), y - (trunk_y_ - 0.78 * trunk_depth_), 68 * size,
                 36 * size);
}

double Section::cage(double x, double y) const {
  return rounded_box(x, y - cage_y_, cage_width_, cage_depth_);
}

double Section::widest_cage(double x, double y) const {
  return rounded_box(x, y - 6, build_.cage_width, build_.cage_depth);
}

double Section::heart(double x, double y) const {
  // Its long axis points to the left, to the front and down.
  const Point centre{24 * build_.heart, -26, 0.42 * build_.lung_height};
  const Point p = Point{x, y, z_} - centre;
  constexpr double kCos = 0.80, kSin = 0.60;
  const double along = kCos * p.x - kSin * p.y;
  const double across = kSin * p.x + kCos * p.y;
  return ellipsoid({along - 0.25 * p.z * 0.3, across, p.z + 0.3 * along}, 66 * build_.heart,
                   46 * build_.heart, 58 * build_.heart);
}

double Section::mediastinum(double x, double y) const {
  const double k = 12;
  const double waist = 22 + 10 * smooth_step(0.35, 0.6, level_);
  double d = ellipse(x - 2, y - cage_y_, waist, 0.58 * cage_depth_);
  d = smooth_union(d, ellipse(x, y - (cage_back() - 24), 23, 30), k);       // spine
  d = smooth_union(d, ellipse(x - 24, y - 0.42 * cage_back(), 15, 15), 8);  // descending aorta
  d = smooth_union(d, heart(x, y), k);
  // The lungs nearly touch in front of the great vessels.
  const double front = std::max(std::abs(x) - 3.0, y - cage_y_);
  return smooth_union(d, front, 10);
}

double Section::above_diaphragm(double x, double y) const {
  const double top = x < 0 ? build_.dome_right : build_.dome_left;
  const double q = square((std::abs(x) - 0.42 * build_.cage_width) / (0.56 * build_.cage_width)) +
                   square((y + 0.25 * build_.cage_depth) / (1.18 * build_.cage_depth));
  return z_ - top * (1 - q);
}

double Section::lungs(double x, double y) const {
  const double outer = cage(x, y) + 1.5;
  if (outer > 4) return outer;
  const double wave = 2.0 * texture_({x, y, z_}, 45);
  const double apex =
      build_.lung_height - (square(std::abs(x) - 0.36 * build_.cage_width) + square(y - 16)) / 85.0;
  double d = smooth_intersection(outer, -mediastinum(x, y) + wave, 7);
  d = smooth_intersection(d, 0.75 * -above_diaphragm(x, y) + wave, 7);
  return smooth_intersection(d, 0.6 * (z_ - apex), 8);
}

}  // namespace jcs::imaging::phantom
