#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "jcs/core/fields.hpp"
#include "jcs/metrics/confusion.hpp"
#include "jcs/metrics/mean.hpp"

namespace jcs::metrics {

/// How a probability map becomes a mask.
enum class Binarisation {
  kFixed,     ///< p > threshold; 0.5 unless said otherwise
  kTwiceMean  ///< p >= min(2 mean(p), 1), the rule of the authors' release
};

struct OverlapOptions {
  Binarisation binarisation = Binarisation::kFixed;
  double threshold = 0.5;  ///< of kFixed

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("binarisation", binarisation, "fixed: p > threshold, twice_mean: p >= 2 mean(p)",
             {{"fixed", Binarisation::kFixed}, {"twice_mean", Binarisation::kTwiceMean}});
    v.field("threshold", threshold, "of the fixed binarisation", between(0, 1));
  }
};

// In all functions below `map` holds probabilities 0 … 1, and a pixel of `annotation` is opacity
// where it is not 0; both in the same order.
//
// @throws InputError when they are empty or of different sizes, or when a value of the map is not
// in 0 … 1 (NaN included).

/// The threshold that kTwiceMean applies to this map: min(2 mean(p), 1).
double twice_mean(std::span<const float> map);

/// The mask that a map becomes: 1 is opacity, 0 is not.
/// @throws InputError as above.
std::vector<std::uint8_t> binarised(std::span<const float> map, const OverlapOptions& options = {});

/// Compares the binarised map with the annotation, pixel by pixel.
Confusion overlap(std::span<const float> map, std::span<const std::uint8_t> annotation,
                  const OverlapOptions& options = {});

/// The same for a mask that is binary already: not 0 is opacity.
Confusion overlap(std::span<const std::uint8_t> mask, std::span<const std::uint8_t> annotation);

/// 2 tp / (2 tp + fp + fn). Nothing when both masks are empty; 0 when only the annotation is.
std::optional<double> dice(const Confusion& pixels);

/// tp / (tp + fp + fn), with the same conventions.
std::optional<double> iou(const Confusion& pixels);

/// Overlap over a stream of pictures, both averaged per picture and pooled over all pixels.
class OverlapMeter {
 public:
  explicit OverlapMeter(const OverlapOptions& options = {}) : options_(options) {}

  /// Counts one picture and returns its counts.
  Confusion add(std::span<const float> map, std::span<const std::uint8_t> annotation);
  /// Counts one picture whose counts are known.
  void add(const Confusion& picture);
  void reset();

  /// Means over the pictures; pictures where both masks are empty are counted as undefined.
  [[nodiscard]] const Mean& dice() const { return dice_; }
  [[nodiscard]] const Mean& iou() const { return iou_; }
  /// The pixels of all pictures together.
  [[nodiscard]] const Confusion& pooled() const { return pooled_; }

 private:
  OverlapOptions options_;
  Mean dice_;
  Mean iou_;
  Confusion pooled_;
};

}  // namespace jcs::metrics
