#include "jcs/metrics/weighted_f.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include <opencv2/imgproc.hpp>

#include "jcs/metrics/distance_transform.hpp"

#include "bounding_box.hpp"
#include "pair_check.hpp"
#include "shape_check.hpp"

namespace jcs::metrics {

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr int kReach = 3;  ///< of the Gaussian, 7 x 7 pixels
constexpr double kSigma = 5.0;

/// One axis of the Gaussian; the sum is 1.
cv::Mat gaussian() {
  cv::Mat_<double> kernel(1, 2 * kReach + 1);
  for (int i = -kReach; i <= kReach; ++i) {
    kernel(0, i + kReach) = std::exp(-i * i / (2.0 * kSigma * kSigma));
  }
  return kernel / cv::sum(kernel)[0];
}

/// Sum over the opacity of each pixel's error, or of the error smoothed over its neighbourhood
/// where that is smaller. Beyond the picture the error is 0.
double error_inside(std::span<const float> map, std::span<const std::uint8_t> annotation,
                    const PictureShape& shape, const NearestForeground& nearest) {
  // Only the opacity is smoothed, so its box and the kernel's reach around it are enough.
  const Box box = bounding_box(annotation, shape.columns);
  cv::Mat_<double> errors =
      cv::Mat_<double>::zeros(box.rows + 2 * kReach, box.columns + 2 * kReach);
  for (int y = 0; y < errors.rows; ++y) {
    const int row = box.top + y - kReach;
    if (row < 0 || row >= shape.rows) {
      continue;
    }
    const int first = std::max(0, box.left - kReach);
    const int end = std::min(shape.columns, box.left + box.columns + kReach);
    const std::size_t line =
        static_cast<std::size_t>(row) * static_cast<std::size_t>(shape.columns);
    double* const error = errors[y] + (first - (box.left - kReach));
    for (int c = first; c < end; ++c) {
      const auto from = static_cast<std::size_t>(nearest.index[line + static_cast<std::size_t>(c)]);
      error[c - first] = 1.0 - static_cast<double>(map[from]);
    }
  }
  cv::Mat_<double> smooth;
  static const cv::Mat kKernel = gaussian();
  cv::sepFilter2D(errors, smooth, CV_64F, kKernel, kKernel, {-1, -1}, 0.0, cv::BORDER_CONSTANT);
  double sum = 0.0;
  for (int y = 0; y < box.rows; ++y) {
    const std::size_t line =
        static_cast<std::size_t>(box.top + y) * static_cast<std::size_t>(shape.columns) +
        static_cast<std::size_t>(box.left);
    const double* const error = errors[y + kReach] + kReach;
    const double* const mean = smooth[y + kReach] + kReach;
    for (int x = 0; x < box.columns; ++x) {
      sum +=
          annotation[line + static_cast<std::size_t>(x)] != 0 ? std::min(error[x], mean[x]) : 0.0;
    }
  }
  return sum;
}

/// Collects background errors and weighs many at once: one exponential at a time is what would
/// cost most here.
class BackgroundError {
 public:
  void add(double error, double squared_distance) {
    errors_[filled_] = error;
    distances_[filled_] = squared_distance;
    if (++filled_ == kBlock) {
      flush();
    }
  }
  double sum() {
    flush();
    return sum_;
  }

 private:
  static constexpr std::size_t kBlock = 1024;

  void flush() {
    if (filled_ == 0) {
      return;
    }
    cv::Mat decay(1, static_cast<int>(filled_), CV_64F, distances_.data());
    cv::sqrt(decay, decay);
    decay *= -std::numbers::ln2 / 5.0;
    cv::exp(decay, decay);
    for (std::size_t i = 0; i < filled_; ++i) {
      sum_ += errors_[i] * (2.0 - distances_[i]);
    }
    filled_ = 0;
  }

  std::array<double, kBlock> errors_{};
  std::array<double, kBlock> distances_{};
  std::size_t filled_ = 0;
  double sum_ = 0.0;
};

}  // namespace

std::optional<double> weighted_f(std::span<const float> map,
                                 std::span<const std::uint8_t> annotation,
                                 const PictureShape& shape) {
  require_same_size(map.size(), annotation.size());
  require_shape(shape, map.size());
  require_probabilities(map);
  // The measure counts pixels, whatever they measure in mm.
  const NearestForeground nearest =
      nearest_foreground(annotation, {.rows = shape.rows, .columns = shape.columns});
  if (nearest.index.empty()) {
    const bool nothing = std::all_of(map.begin(), map.end(), [](float p) { return p == 0.0F; });
    return nothing ? std::nullopt : std::optional(0.0);
  }
  double opacity = 0.0;
  BackgroundError outside;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (annotation[i] != 0) {
      opacity += 1.0;
    } else if (map[i] != 0.0F) {
      outside.add(map[i], nearest.squared_distance[i]);
    }
  }
  const double inside = error_inside(map, annotation, shape, nearest);
  const double hits = opacity - inside;
  const double recall = 1.0 - inside / opacity;
  const double precision = hits / (hits + outside.sum() + kEpsilon);
  return 2.0 * recall * precision / (recall + precision + kEpsilon);
}

}  // namespace jcs::metrics
