#pragma once

#include <cstdint>

#include "anatomy.hpp"

namespace jcs::imaging::phantom {

/// Turns the truth into a slice as a scanner makes it.
class Scanner {
 public:
  Scanner(const PhantomOptions& options, double column_spacing, double row_spacing);

  /// A pixel averages over its area: coarse pixels are evaluated at so many points along each side.
  [[nodiscard]] int samples() const { return samples_; }

  /// From `samples()` times as many rows and columns: averages over each pixel (a pixel is in the
  /// lungs or the mask when at least half of it is), blurs, adds noise.
  [[nodiscard]] SliceTruth scan(SliceTruth fine, std::uint64_t noise_seed) const;

 private:
  int rows_, columns_, samples_;
  double blur_x_, blur_y_;  // standard deviation, pixels
  double grain_, noise_;    // of the noise: fineness in pixels, strength in HU
};

}  // namespace jcs::imaging::phantom
