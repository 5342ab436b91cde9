#include "opacities.hpp"

#include "jcs/core/random.hpp"

namespace jcs::imaging::phantom {

namespace {

constexpr double kRagged = 3.5;  // mm by which the outline strays from the lobes
constexpr double kNone = 1e3;    // core depth of an opacity without consolidation

// Distance to a lobe that is blunter along z than an ellipsoid, so that an opacity ends within few
// slices instead of tapering off.
double lobe_distance(const Opacity::Lobe& lobe, const Point& p) {
  const Point q = p - lobe.centre;
  const double z2 = square(q.z / lobe.rz);
  const double norm = std::sqrt(square(q.x / lobe.rx) + square(q.y / lobe.ry) + z2 * z2);
  return (norm - 1) * std::min(lobe.rx, lobe.ry);
}

Point place(const Build& build, const Texture& texture, double side, double z, Random& random) {
  const Section section(build, texture, z);
  const double wanted = random.coin(0.75) ? random.uniform(4, 14) : random.uniform(14, 32);
  Point best{side * 0.55 * build.cage_width, 20, z};
  double nearest = 1e9;
  for (int i = 0; i < 60; ++i) {
    const Point p{side * build.cage_width * random.uniform(0.15, 0.98),
                  // The back of the lungs is affected more often than the front.
                  build.cage_depth * (0.95 - 1.8 * square(random.uniform())), z};
    const double miss = std::abs(-section.lungs(p.x, p.y) - wanted);
    if (miss < nearest) {
      nearest = miss;
      best = p;
    }
  }
  return best;
}

void bound(Opacity& opacity) {
  opacity.lowest = opacity.left = opacity.front = 1e9;
  opacity.highest = opacity.right = opacity.back = -1e9;
  for (const Opacity::Lobe& lobe : opacity.lobes) {
    // Neighbouring lobes bulge where they flow together.
    const double margin = 3 * kRagged;
    opacity.lowest = std::min(opacity.lowest, lobe.centre.z - lobe.rz - margin);
    opacity.highest = std::max(opacity.highest, lobe.centre.z + lobe.rz + margin);
    opacity.left = std::min(opacity.left, lobe.centre.x - lobe.rx - margin);
    opacity.right = std::max(opacity.right, lobe.centre.x + lobe.rx + margin);
    opacity.front = std::min(opacity.front, lobe.centre.y - lobe.ry - margin);
    opacity.back = std::max(opacity.back, lobe.centre.y + lobe.ry + margin);
  }
}

Opacity draw_opacity(const Point& centre, double radius, Random& random) {
  Opacity opacity;
  const auto lobes = random.integer(3, 5);
  for (std::int64_t i = 0; i < lobes; ++i) {
    const double reach = i == 0 ? 0 : 0.65 * radius;
    const Point shift{random.uniform(-reach, reach), random.uniform(-reach, reach),
                      random.uniform(-reach, reach)};
    const double r = radius * (i == 0 ? 0.9 : random.uniform(0.45, 0.8));
    opacity.lobes.push_back({centre + shift, r * random.uniform(0.8, 1.25),
                             r * random.uniform(0.8, 1.25), r * random.uniform(0.9, 1.3)});
  }
  opacity.ground_glass_hu = random.uniform(-560, -380);
  opacity.consolidation_hu = random.uniform(-60, 45);
  const double kind = random.uniform();
  opacity.core = kind < 0.55 ? kNone : kind < 0.88 ? random.uniform(0.25, 0.5) * radius : 1.0;
  opacity.reticular = random.coin(0.35);
  bound(opacity);
  return opacity;
}

}  // namespace

double Opacity::distance(const Point& p, const Texture& texture) const {
  double d = 1e9;
  for (const Lobe& lobe : lobes) d = smooth_union(d, lobe_distance(lobe, p), 6);
  if (d > 3 * kRagged) return d;
  return d + kRagged * (texture(p, 13) + 0.5 * texture(p, 6));
}

double Opacity::hu(const Point& p, double distance, const Texture& texture) const {
  double glass = ground_glass_hu + 60 * texture(p, 9) + 30 * texture(p, 4);
  if (reticular) glass += 170 * (1 - smooth_step(0.03, 0.16, std::abs(texture(p, 7.5))));
  const double solid = consolidation_hu + 20 * texture(p, 7);
  const double share = smooth_step(-core + 2, -core - 2, distance + 2.5 * texture(p, 8));
  return glass + share * (solid - glass);
}

std::vector<Opacity> draw_opacities(const Build& build, const Texture& texture, std::uint64_t seed,
                                    int count, double radius) {
  Random random(seed);
  const auto n = count > 0 ? count : static_cast<int>(random.integer(5, 9));
  const bool left_first = random.coin();
  std::vector<Opacity> opacities;
  for (int i = 0; i < n; ++i) {
    // One opacity in each layer of the lungs, the sides in turn.
    const double z = build.lung_height * (0.10 + 0.74 * (i + random.uniform(0.2, 0.8)) / n);
    const double side = ((i % 2 == 0) == left_first) ? 1 : -1;
    const double r = radius > 0 ? radius * random.uniform(0.85, 1.15) : random.uniform(16, 30);
    opacities.push_back(draw_opacity(place(build, texture, side, z, random), r, random));
  }
  return opacities;
}

}  // namespace jcs::imaging::phantom
