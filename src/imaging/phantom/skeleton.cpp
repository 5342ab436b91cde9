#include "skeleton.hpp"

#include <numbers>

namespace jcs::imaging::phantom {

namespace {

constexpr double kCortical = 780, kCartilage = 95, kDisc = 85;

// A bone with a hard shell of `shell` mm around a spongy inside; `distance` is negative inside.
double bone(double distance, double shell, const Texture& texture, const Point& p) {
  return distance > -shell ? kCortical : 230 + 70 * texture(p, 3.5);
}

std::optional<double> rib(const Build& build, const Texture& texture, const Point& p, double cage_y,
                          double cage_distance) {
  constexpr double kMiddle = 5.5, kHalfThickness = 4.5, kHalfHeight = 6.8;
  if (cage_distance < kMiddle - kHalfThickness || cage_distance > kMiddle + kHalfThickness) {
    return std::nullopt;
  }
  // 0 beside the spine, 1 at the breastbone; every rib falls on its way to the front.
  const double way = std::atan2(std::abs(p.x), p.y - cage_y) / std::numbers::pi;
  if (way < 0.08 || way > 0.93) return std::nullopt;
  const double turn =
      (p.z + build.rib_drop * std::pow(way, 1.2)) / build.rib_pitch - build.rib_phase;
  const double number = std::round(turn);
  if (number * build.rib_pitch > build.lung_height + 25) return std::nullopt;
  const double distance = ellipse(cage_distance - kMiddle, (turn - number) * build.rib_pitch,
                                  kHalfThickness, kHalfHeight);
  if (distance > 0) return std::nullopt;
  return way > 0.74 ? kCartilage : bone(distance, 1.4, texture, p);
}

std::optional<double> spine(const Build& build, const Section& section, const Texture& texture,
                            const Point& p) {
  const double y = p.y - (section.cage_back() - 32);  // from the centre of the vertebral body
  if (std::abs(p.x) > 40 || y < -20 || y > 60) return std::nullopt;
  const double turn = p.z / build.rib_pitch - build.rib_phase + 0.5;
  const double place = turn - std::round(turn);  // -0.5 … 0.5 within one vertebra, disc at 0.5
  if (const double body = ellipse(p.x, y, 17, 14); body < 0) {
    return std::abs(place) > 0.40 ? kDisc : bone(body, 1.6, texture, p);
  }
  if (const double canal = ellipse(p.x, y - 22, 9, 8); canal < 0) return std::nullopt;
  if (std::abs(place) > 0.33) return std::nullopt;  // the arches leave gaps
  if (const double arch = ellipse(p.x, y - 22, 13.5, 12.5); arch < 0) {
    return bone(arch, 1.2, texture, p);
  }
  const double process = ellipse(std::abs(p.x) - 22, y - 22 - 0.35 * (std::abs(p.x) - 22), 13, 4.2);
  if (process < 0) return bone(process, 1.2, texture, p);
  if (const double spinous = ellipse(p.x, y - 44, 3.2, 13); spinous < 0) {
    return bone(spinous, 1.1, texture, p);
  }
  return std::nullopt;
}

std::optional<double> breastbone(const Section& section, const Texture& texture, const Point& p) {
  if (section.level() < 0.22 || section.level() > 0.88) return std::nullopt;
  const double distance = ellipse(p.x, p.y - (section.cage_front() - 6), 18, 5.5);
  if (distance > 0) return std::nullopt;
  return bone(distance, 1.3, texture, p);
}

std::optional<double> shoulder_blade(const Section& section, const Texture& texture,
                                     const Point& p) {
  if (section.level() < 0.48 || section.level() > 1.05 || p.y < 10) return std::nullopt;
  const double layer = section.widest_cage(p.x, p.y);
  if (layer < 8 || layer > 34) return std::nullopt;
  const double way = std::atan2(std::abs(p.x), p.y) / std::numbers::pi;
  const double inner = 0.40 - 0.20 * smooth_step(0.48, 0.75, section.level());
  const double blade =
      std::max(std::abs(layer - 14) - 2.3, 130 * std::max(inner - way, way - 0.45));
  // Its spine stands off to the back, in the upper half.
  const double crest = section.level() < 0.75
                           ? 1e3
                           : std::max(std::abs(130 * (way - 0.32) + 0.3 * (layer - 14)) - 2.0,
                                      std::abs(layer - 20) - 8);
  const double distance = std::min(blade, crest);
  if (distance > 0) return std::nullopt;
  return bone(distance, 1.3, texture, p);
}

}  // namespace

std::optional<double> skeleton_hu(const Build& build, const Section& section,
                                  const Texture& texture, double x, double y,
                                  double cage_distance) {
  const Point p{x, y, section.z()};
  if (const auto hu = rib(build, texture, p, section.cage_y(), cage_distance)) return hu;
  if (const auto hu = spine(build, section, texture, p)) return hu;
  if (const auto hu = breastbone(section, texture, p)) return hu;
  return shoulder_blade(section, texture, p);
}

}  // namespace jcs::imaging::phantom
