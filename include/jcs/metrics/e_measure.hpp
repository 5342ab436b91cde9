#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "jcs/metrics/mean.hpp"

namespace jcs::metrics {

/// Enhanced-alignment measure E_φ (Fan et al., IJCAI 2018) of a binarised map F against an
/// annotation G of N pixels, in the three readings in use for probability maps.
///
/// With φ_F = F − mean(F), φ_G = G − mean(G) and ξ = 2 φ_G φ_F / (φ_G² + φ_F² + ε):
/// E = Σ (1 + ξ)² / 4 / (N − 1 + ε), ε = 2⁻⁵². Where G is empty the summand is 1 − F, where it is
/// full it is F. The divisor N − 1 is the published one: a perfect mask scores N / (N − 1).
struct EMeasure {
  double adaptive = 0.0;  ///< F = p >= min(2 mean(p), 1)
  double mean = 0.0;      ///< of the 256 thresholds k / 255, F = p >= k / 255
  double maximum = 0.0;   ///< of the same
};

/// E of each threshold k / 255, k = 0 … 255.
using ECurve = std::array<double, 256>;

// Inputs and errors as in overlap.hpp. The pixels are sorted into a histogram once; the thresholds
// then cost 256 steps and not 256 passes.

ECurve e_curve(std::span<const float> map, std::span<const std::uint8_t> annotation);

EMeasure e_measure(std::span<const float> map, std::span<const std::uint8_t> annotation);

/// E of a mask that is binary already: not 0 is opacity.
double e_measure(std::span<const std::uint8_t> mask, std::span<const std::uint8_t> annotation);

/// The three readings over a stream of pictures, averaged per picture.
class EMeasureMeter {
 public:
  /// Counts one picture and returns its figures.
  EMeasure add(std::span<const float> map, std::span<const std::uint8_t> annotation);
  void reset() { *this = {}; }

  [[nodiscard]] const Mean& adaptive() const { return adaptive_; }
  [[nodiscard]] const Mean& mean() const { return mean_; }
  [[nodiscard]] const Mean& maximum() const { return maximum_; }

 private:
  Mean adaptive_;
  Mean mean_;
  Mean maximum_;
};

}  // namespace jcs::metrics
