#include "jcs/metrics/overlap.hpp"

#include <algorithm>
#include <cmath>

#include "lane_sum.hpp"
#include "pair_check.hpp"
#include "quotient.hpp"

namespace jcs::metrics {

namespace {

template <class Value, class IsOpacity>
Confusion count(std::span<const Value> values, std::span<const std::uint8_t> annotation,
                IsOpacity is_opacity) {
  // Blocks whose counts fit 32 bits: the compiler then counts many pixels at once.
  constexpr std::size_t kBlock = 1U << 16;
  std::int64_t predicted = 0;
  std::int64_t truth = 0;
  std::int64_t both = 0;
  for (std::size_t start = 0; start < values.size(); start += kBlock) {
    const std::size_t end = std::min(values.size(), start + kBlock);
    std::int32_t block_predicted = 0;
    std::int32_t block_truth = 0;
    std::int32_t block_both = 0;
    for (std::size_t i = start; i < end; ++i) {
      const int p = is_opacity(values[i]) ? 1 : 0;
      const int t = annotation[i] != 0 ? 1 : 0;
      block_predicted += p;
      block_truth += t;
      block_both += p & t;
    }
    predicted += block_predicted;
    truth += block_truth;
    both += block_both;
  }
  const auto all = static_cast<std::int64_t>(values.size());
  return {
      .tp = both, .fp = predicted - both, .fn = truth - both, .tn = all - predicted - truth + both};
}

double mean_of(std::span<const float> map) {
  const double sum = lane_sum(map.size(), [map](std::size_t i) { return map[i]; });
  return sum / static_cast<double>(map.size());
}

/// The largest float that is not above `value`: for any float p, p > value is p > this.
float float_below(double value) {
  const auto nearest = static_cast<float>(value);
  return nearest > value ? std::nextafter(nearest, -1.0F) : nearest;
}

/// The smallest float that is not below `value`: for any float p, p >= value is p >= this.
float float_above(double value) {
  const auto nearest = static_cast<float>(value);
  return nearest < value ? std::nextafter(nearest, 2.0F) : nearest;
}

/// Calls use(is_opacity) with the rule by which the options call a probability opacity.
template <class Use>
auto with_rule(std::span<const float> map, const OverlapOptions& options, Use use) {
  if (options.binarisation == Binarisation::kTwiceMean) {
    const float threshold = float_above(std::min(2.0 * mean_of(map), 1.0));
    return use([threshold](float p) { return p >= threshold; });
  }
  const float threshold = float_below(options.threshold);
  return use([threshold](float p) { return p > threshold; });
}

}  // namespace

double twice_mean(std::span<const float> map) {
  require_same_size(map.size(), map.size());
  require_probabilities(map);
  return std::min(2.0 * mean_of(map), 1.0);
}

std::vector<std::uint8_t> binarised(std::span<const float> map, const OverlapOptions& options) {
  require_same_size(map.size(), map.size());
  require_probabilities(map);
  return with_rule(map, options, [map](auto is_opacity) {
    std::vector<std::uint8_t> mask(map.size());
    std::transform(map.begin(), map.end(), mask.begin(),
                   [is_opacity](float p) { return is_opacity(p) ? 1 : 0; });
    return mask;
  });
}

Confusion overlap(std::span<const float> map, std::span<const std::uint8_t> annotation,
                  const OverlapOptions& options) {
  require_same_size(map.size(), annotation.size());
  require_probabilities(map);
  return with_rule(map, options, [map, annotation](auto is_opacity) {
    return count(map, annotation, is_opacity);
  });
}

Confusion overlap(std::span<const std::uint8_t> mask, std::span<const std::uint8_t> annotation) {
  require_same_size(mask.size(), annotation.size());
  return count(mask, annotation, [](std::uint8_t value) { return value != 0; });
}

std::optional<double> dice(const Confusion& pixels) { return f1(pixels); }

std::optional<double> iou(const Confusion& pixels) {
  return quotient(pixels.tp, pixels.tp + pixels.fp + pixels.fn);
}

Confusion OverlapMeter::add(std::span<const float> map, std::span<const std::uint8_t> annotation) {
  const Confusion picture = overlap(map, annotation, options_);
  add(picture);
  return picture;
}

void OverlapMeter::add(const Confusion& picture) {
  dice_.add(metrics::dice(picture));
  iou_.add(metrics::iou(picture));
  pooled_ += picture;
}

void OverlapMeter::reset() { *this = OverlapMeter(options_); }

}  // namespace jcs::metrics
