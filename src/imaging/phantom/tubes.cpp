#include "tubes.hpp"

#include <numbers>

#include "jcs/core/random.hpp"

namespace jcs::imaging::phantom {

double Tube::lowest() const { return std::min(from.z - radius_from, to.z - radius_to); }
double Tube::highest() const { return std::max(from.z + radius_from, to.z + radius_to); }

namespace {

// A direction that leaves `axis` by `angle`, to a random side.
Point turned(const Point& axis, double angle, Random& random) {
  const Point helper = std::abs(axis.z) < 0.9 ? Point{0, 0, 1} : Point{1, 0, 0};
  const Point u =
      unit({axis.y * helper.z - axis.z * helper.y, axis.z * helper.x - axis.x * helper.z,
            axis.x * helper.y - axis.y * helper.x});
  const Point v{axis.y * u.z - axis.z * u.y, axis.z * u.x - axis.x * u.z,
                axis.x * u.y - axis.y * u.x};
  const double around = random.uniform(0, 2 * std::numbers::pi);
  return std::cos(angle) * axis + std::sin(angle) * (std::cos(around) * u + std::sin(around) * v);
}

// Grows trees into the lungs: at each fork a stem goes on, nearly straight, and a thinner branch
// leaves it.
class Trees {
 public:
  Trees(const Build& build, const Texture& texture, double thinnest, std::vector<Tube>& into)
      : build_(build), texture_(texture), thinnest_(thinnest), into_(into) {}

  void grow(const Point& from, const Point& direction, double radius, int forks, Random& random) {
    if (radius < thinnest_) return;
    const Point to = from + (3.5 * radius + random.uniform(5, 11)) * direction;
    // The first pieces lie in the hilum, outside the lung.
    if (forks > 1 && Section(build_, texture_, to.z).lungs(to.x, to.y) > -1.5) return;
    // Thin vessels run far without thinning much: they reach the pleura.
    const double stem =
        radius * (radius > 1.2 ? random.uniform(0.80, 0.90) : random.uniform(0.90, 0.97));
    into_.push_back({from, to, radius, stem});
    grow(to, turned(direction, random.uniform(0.05, 0.28), random), stem, forks + 1, random);
    grow(to, turned(direction, random.uniform(0.6, 1.1), random), radius * random.uniform(0.5, 0.7),
         forks + 1, random);
  }

 private:
  const Build& build_;
  const Texture& texture_;
  double thinnest_;
  std::vector<Tube>& into_;
};

void add_path(std::vector<Tube>& tubes, double radius, const std::vector<Point>& points) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    tubes.push_back({points[i - 1], points[i], radius, radius});
  }
}

}  // namespace

Tubes draw_tubes(const Build& build, const Texture& texture, std::uint64_t seed) {
  Random random(seed);
  Tubes tubes;
  const double h = build.lung_height;
  const Point carina{2, 10, 0.64 * h};
  const double spine = 0.42 * build.cage_depth;

  add_path(tubes.great_vessels, 12, {{24, spine, -40}, {24, spine, 0.72 * h}});  // descending aorta
  add_path(tubes.great_vessels, 12.5,
           {{24, spine, 0.72 * h},
            {18, 20, 0.77 * h},
            {2, -8, 0.77 * h},
            {-10, -20, 0.70 * h},
            {-8, -22, 0.48 * h}});  // arch, ascending
  add_path(tubes.great_vessels, 8, {{-27, -14, 0.88 * h}, {-28, -12, 0.48 * h}});  // vena cava
  add_path(tubes.great_vessels, 12, {{14, -28, 0.50 * h}, {16, -14, 0.60 * h}});  // pulmonary trunk
  add_path(tubes.great_vessels, 9, {{14, -12, 0.60 * h}, {-36, 2, 0.56 * h}});    // right artery
  add_path(tubes.great_vessels, 9, {{16, -14, 0.60 * h}, {38, 8, 0.60 * h}});     // left artery
  for (const double side : {-1.0, 1.0}) {
    add_path(tubes.great_vessels, 4, {{side * 10, -5, 0.78 * h}, {side * 24, 0, 1.15 * h}});
  }

  const double tracheal = build.female ? 7.5 : 8.5;
  add_path(tubes.airways, tracheal, {{0, -2, 1.2 * h}, {1, 0, 0.9 * h}, carina});
  add_path(tubes.airways, 6.0, {carina, {-32, 12, 0.56 * h}, {-42, 18, 0.48 * h}});
  add_path(tubes.airways, 5.5, {carina, {44, 18, 0.54 * h}});

  const int lobes = 13;
  for (const double side : {-1.0, 1.0}) {
    const Point hilum{side * 0.27 * build.cage_width, 10, (side < 0 ? 0.54 : 0.57) * h};
    Trees vessels(build, texture, 0.42, tubes.vessels);
    Trees bronchi(build, texture, 1.0, tubes.airways);
    for (int i = 0; i < lobes; ++i) {
      // Directions spread evenly over the outer half of a sphere.
      const double up = 1 - 2 * (i + 0.5) / lobes;
      const double round = i * 2.39996 + random.uniform(-0.3, 0.3);
      const double flat = std::sqrt(1 - up * up);
      const Point direction = unit(
          {side * (0.45 + flat * std::abs(std::cos(round))), flat * std::sin(round), 1.2 * up});
      vessels.grow(hilum + Point{0, random.uniform(-8, 8), random.uniform(-12, 12)}, direction,
                   random.uniform(3.6, 5.2), 0, random);
      if (i % 3 == 0) bronchi.grow(hilum + Point{0, 6, 0}, direction, 2.8, 0, random);
    }
  }
  return tubes;
}

}  // namespace jcs::imaging::phantom
