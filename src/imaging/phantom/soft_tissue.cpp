#include "soft_tissue.hpp"

namespace jcs::imaging::phantom {

namespace {

constexpr double kAir = -1000, kFat = -105, kMuscle = 50, kSkin = 20, kHeart = 42, kLiver = 60,
                 kSpleen = 50, kStomach = 25;

double abdomen_hu(const Build& build, const Section& section, const Texture& texture,
                  const Point& p) {
  const double in_cage = section.cage(p.x, p.y);
  if (in_cage > -2) return kMuscle;
  // The liver fills the right side and reaches to the left in front.
  const double border = 8 + 0.7 * std::max(0.0, -p.y) + 6 * texture({p.x, p.y, p.z}, 40);
  if (p.x < border && in_cage < -4) return kLiver + 6 * texture(p, 12);
  const Point stomach = p - Point{0.50 * build.cage_width, -18, build.dome_left - 48};
  const double s = build.stomach;
  if (ellipsoid(stomach, 44 * s, 38 * s, 42 * s) < 0) {
    // Air rises to the front of a patient who lies on the back.
    if (ellipsoid(stomach, 44 * s - 4, 38 * s - 4, 42 * s - 4) > 0) return kMuscle;
    return stomach.y < build.gas_level * s ? kAir + 20 : kStomach + 25 * texture(p, 6);
  }
  const Point spleen = p - Point{0.66 * build.cage_width, 38, build.dome_left - 45};
  if (ellipsoid(spleen, 34, 42, 46) < 0) return kSpleen;
  return texture(p, 14) > 0.45 ? kMuscle - 15 : kFat;
}

double between_lungs_hu(const Section& section, const Texture& texture, const Point& p) {
  const double heart = section.heart(p.x, p.y);
  if (heart < -3) return kHeart + 4 * texture(p, 20);
  if (heart < 0) return kFat + 40;
  return texture(p, 11) > 0.4 ? 30.0 : kFat + 25;
}

}  // namespace

double soft_tissue_hu(const Build& build, const Section& section, const Texture& texture, double x,
                      double y, const Depths& depths) {
  const Point p{x, y, section.z()};
  if (depths.skin > -1.8) return kSkin;
  if (depths.cage < 0.5) {
    if (section.above_diaphragm(x, y) < -1.5 && section.heart(x, y) > 0 &&
        section.mediastinum(x, y) > -6) {
      return abdomen_hu(build, section, texture, p);
    }
    if (depths.cage > -2.5) return kMuscle;
    return between_lungs_hu(section, texture, p);
  }
  if (depths.trunk > 0) return texture(p, 13) + 0.5 * texture(p, 6) > 0.55 ? 0.0 : kFat;
  const double fat = build.fat * (1 + 0.25 * texture(p, 60));
  if (depths.trunk > -fat) return kFat + 10 * texture(p, 8);
  // Planes of fat part the muscles.
  const double layer = std::abs(texture(p, 38) + 0.2 * texture(p, 14));
  return depths.cage > 12 && layer < 0.06 ? kFat + 20 : kMuscle + 6 * texture(p, 9);
}

double surroundings_hu(const Section& section, double x, double y) {
  constexpr double kHalfWidth = 215, kThickness = 34, kShell = 2.2, kCover = 60, kFoam = -930;
  // The table's top is a trough: it rises at the sides.
  const double depth = y - (section.skin_back() + 7 - x * x / 1000);
  if (depth < 0 || depth > kThickness || std::abs(x) > kHalfWidth) return kAir;
  const bool shell =
      depth < kShell || depth > kThickness - kShell || std::abs(x) > kHalfWidth - kShell;
  return shell ? kCover : kFoam;
}

}  // namespace jcs::imaging::phantom
