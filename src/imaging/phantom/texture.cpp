#include "texture.hpp"

#include "jcs/core/random.hpp"

namespace jcs::imaging::phantom {

Texture::Texture(std::uint64_t seed) : table_{} {
  Random random(seed);
  for (float& value : table_) value = static_cast<float>(random.uniform(-1.0, 1.0));
}

double Texture::operator()(const Point& p, double scale) const {
  const double x = p.x / scale, y = p.y / scale, z = p.z / scale;
  // Rounds down; std::floor is a call that costs as much as the rest.
  const auto cell = [](double v) {
    const auto whole = static_cast<std::int32_t>(v);
    return whole - (v < whole ? 1 : 0);
  };
  const std::int32_t cx = cell(x), cy = cell(y), cz = cell(z);
  const auto ease = [](double t) { return t * t * (3.0 - 2.0 * t); };
  const double tx = ease(x - cx), ty = ease(y - cy), tz = ease(z - cz);
  const auto ix = static_cast<std::uint32_t>(cx);
  const auto iy = static_cast<std::uint32_t>(cy);
  const auto iz = static_cast<std::uint32_t>(cz);
  const auto value = [this](std::uint32_t a, std::uint32_t b, std::uint32_t c) -> double {
    std::uint32_t hash = a * 0x9e3779b1U ^ b * 0x85ebca77U ^ c * 0xc2b2ae3dU;
    hash = (hash ^ (hash >> 15)) * 0x2c1b3c6dU;
    return static_cast<double>(table_[(hash ^ (hash >> 13)) % kEntries]);
  };
  const auto mix = [](double a, double b, double t) { return a + (b - a) * t; };
  const auto plane = [&](std::uint32_t layer) {
    return mix(mix(value(ix, iy, layer), value(ix + 1, iy, layer), tx),
               mix(value(ix, iy + 1, layer), value(ix + 1, iy + 1, layer), tx), ty);
  };
  return mix(plane(iz), plane(iz + 1), tz);
}

}  // namespace jcs::imaging::phantom
