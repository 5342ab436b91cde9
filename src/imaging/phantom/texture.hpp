#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "shapes.hpp"

namespace jcs::imaging::phantom {

/// Smooth random values that fill space: uniform random numbers on a lattice, interpolated between.
class Texture {
 public:
  explicit Texture(std::uint64_t seed);

  /// About -1 … 1, varying over `scale` mm.
  [[nodiscard]] double operator()(const Point& p, double scale) const;

 private:
  static constexpr std::size_t kEntries = 4096;
  std::array<float, kEntries> table_;
};

}  // namespace jcs::imaging::phantom
