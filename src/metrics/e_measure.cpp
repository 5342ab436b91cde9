#include "jcs/metrics/e_measure.hpp"

#include <algorithm>
#include <numeric>

#include "jcs/metrics/confusion.hpp"
#include "jcs/metrics/overlap.hpp"

#include "epsilon.hpp"
#include "pair_check.hpp"

namespace jcs::metrics {

namespace {

constexpr std::size_t kLevels = 256;

/// Pixels by level: the largest k with k / 255 <= p.
struct Histograms {
  std::array<std::int64_t, kLevels> opacity{};     ///< where the annotation is opacity
  std::array<std::int64_t, kLevels> background{};  ///< elsewhere
};

Histograms histograms(std::span<const float> map, std::span<const std::uint8_t> annotation) {
  std::array<float, kLevels> thresholds{};
  for (std::size_t k = 0; k < kLevels; ++k) {
    thresholds[k] = static_cast<float>(k) / 255.0F;
  }
  // Two interleaved counters per kind: neighbouring pixels often fall into the same level, and one
  // counter would make each wait for the one before.
  std::array<std::array<std::int64_t, 2 * kLevels>, 2> counts{};
  for (std::size_t i = 0; i < map.size(); ++i) {
    const float p = map[i];
    // Not lround: a call per pixel. The next line mends what adding a half may do.
    auto level =
        static_cast<std::size_t>(p * 255.0F + 0.5F);  // NOLINT(bugprone-incorrect-roundings)
    level -= p < thresholds[level] ? 1U : 0U;         // rounding may have gone up, by one at most
    ++counts[i % 2][level + (annotation[i] != 0 ? kLevels : 0)];
  }
  Histograms result;
  for (std::size_t k = 0; k < kLevels; ++k) {
    result.background[k] = counts[0][k] + counts[1][k];
    result.opacity[k] = counts[0][kLevels + k] + counts[1][kLevels + k];
  }
  return result;
}

/// (1 + ξ)² / 4 for one pair of φ.
double alignment(double phi_f, double phi_g) {
  const double xi = 2.0 * phi_g * phi_f / (phi_g * phi_g + phi_f * phi_f + kEpsilon);
  return (1.0 + xi) * (1.0 + xi) / 4.0;
}

/// ξ takes one value for each of the four kinds of pixel, so counts are enough.
double from_counts(const Confusion& pixels) {
  const auto all = static_cast<double>(pixels.total());
  const auto tp = static_cast<double>(pixels.tp);
  const auto fp = static_cast<double>(pixels.fp);
  const auto fn = static_cast<double>(pixels.fn);
  const auto tn = static_cast<double>(pixels.tn);
  double sum = 0.0;
  if (pixels.positives() == 0) {
    sum = tn;
  } else if (pixels.negatives() == 0) {
    sum = tp;
  } else {
    const double mean_f = (tp + fp) / all;
    const double mean_g = (tp + fn) / all;
    sum = tp * alignment(1.0 - mean_f, 1.0 - mean_g) + fp * alignment(1.0 - mean_f, -mean_g) +
          fn * alignment(-mean_f, 1.0 - mean_g) + tn * alignment(-mean_f, -mean_g);
  }
  return sum / (all - 1.0 + kEpsilon);
}

ECurve curve_of(const Histograms& levels) {
  ECurve curve{};
  Confusion pixels;
  pixels.fn = std::accumulate(levels.opacity.begin(), levels.opacity.end(), std::int64_t{0});
  pixels.tn = std::accumulate(levels.background.begin(), levels.background.end(), std::int64_t{0});
  for (std::size_t k = kLevels; k-- > 0;) {
    pixels.tp += levels.opacity[k];
    pixels.fn -= levels.opacity[k];
    pixels.fp += levels.background[k];
    pixels.tn -= levels.background[k];
    curve[k] = from_counts(pixels);
  }
  return curve;
}

}  // namespace

ECurve e_curve(std::span<const float> map, std::span<const std::uint8_t> annotation) {
  require_same_size(map.size(), annotation.size());
  require_probabilities(map);
  return curve_of(histograms(map, annotation));
}

EMeasure e_measure(std::span<const float> map, std::span<const std::uint8_t> annotation) {
  const ECurve curve = e_curve(map, annotation);
  return {
      .adaptive = from_counts(overlap(map, annotation, {.binarisation = Binarisation::kTwiceMean})),
      .mean = std::accumulate(curve.begin(), curve.end(), 0.0) / static_cast<double>(kLevels),
      .maximum = *std::max_element(curve.begin(), curve.end())};
}

double e_measure(std::span<const std::uint8_t> mask, std::span<const std::uint8_t> annotation) {
  return from_counts(overlap(mask, annotation));
}

EMeasure EMeasureMeter::add(std::span<const float> map, std::span<const std::uint8_t> annotation) {
  const EMeasure picture = e_measure(map, annotation);
  adaptive_.add(picture.adaptive);
  mean_.add(picture.mean);
  maximum_.add(picture.maximum);
  return picture;
}

}  // namespace jcs::metrics
