#include "anatomy.hpp"

namespace jcs::imaging::phantom {

namespace {

constexpr float kBlood = 42, kWall = 10, kLumen = -985, kBone = 150;

// Calls `paint(pixel, coverage)` for the pixels that a tube, made thicker by `wall`, covers.
template <class Paint>
void draw(const Tube& tube, double wall, const Grid& grid, double z, const Paint& paint) {
  if (z < tube.lowest() - wall || z > tube.highest() + wall) return;
  const double pixel = grid.pixel();
  const Point axis = tube.to - tube.from;
  const double squared = std::max(dot(axis, axis), 1e-9);
  const double thickest = std::max(tube.radius_from, tube.radius_to) + wall;
  // Only the stretch of the axis that is near this slice decides the box.
  Point a = tube.from;
  Point b = tube.to;
  if (std::abs(axis.z) > 1e-6) {
    const double t0 = std::clamp((z - thickest - tube.from.z) / axis.z, 0.0, 1.0);
    const double t1 = std::clamp((z + thickest - tube.from.z) / axis.z, 0.0, 1.0);
    a = tube.from + t0 * axis;
    b = tube.from + t1 * axis;
  }
  const Grid::Box box = grid.box(a, b, thickest + pixel);
  for (int row = box.first_row; row <= box.last_row; ++row) {
    for (int column = box.first_column; column <= box.last_column; ++column) {
      Point p = grid.chest(row, column);
      p.z = z;
      const double t = std::clamp(dot(p - tube.from, axis) / squared, 0.0, 1.0);
      const double radius = tube.radius_from + t * (tube.radius_to - tube.radius_from) + wall;
      const double distance = length(p - tube.from - t * axis);
      const double coverage = std::clamp((radius - distance) / pixel + 0.5, 0.0, 1.0) *
                              std::min(1.0, 2 * radius / pixel);
      if (coverage > 0) {
        paint(static_cast<std::size_t>(row) * static_cast<std::size_t>(grid.columns()) +
                  static_cast<std::size_t>(column),
              static_cast<float>(coverage));
      }
    }
  }
}

}  // namespace

void add_tubes(const Tubes& tubes, const Grid& grid, double z, SliceTruth& slice) {
  for (const Tube& tube : tubes.vessels) {
    draw(tube, 0, grid, z, [&](std::size_t i, float coverage) {
      if (slice.lungs[i] != 0) slice.hu[i] += coverage * std::max(0.0F, kBlood - slice.hu[i]);
    });
  }
  for (const Tube& tube : tubes.great_vessels) {
    draw(tube, 0, grid, z, [&](std::size_t i, float coverage) {
      if (slice.hu[i] < kBone) slice.hu[i] += coverage * (kBlood - slice.hu[i]);
    });
  }
  const auto wall = [](const Tube& tube) { return 0.35 + 0.12 * tube.radius_from; };
  for (const Tube& tube : tubes.airways) {
    draw(tube, wall(tube), grid, z, [&](std::size_t i, float coverage) {
      slice.hu[i] += coverage * std::max(0.0F, kWall - slice.hu[i]);
    });
  }
  for (const Tube& tube : tubes.airways) {
    draw(tube, 0, grid, z,
         [&](std::size_t i, float coverage) { slice.hu[i] += coverage * (kLumen - slice.hu[i]); });
  }
}

}  // namespace jcs::imaging::phantom
