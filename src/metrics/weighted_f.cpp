#include "jcs/metrics/weighted_f.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "epsilon.hpp"
#include "nearest_rows.hpp"
#include "pair_check.hpp"
#include "shape_check.hpp"

namespace jcs::metrics {

namespace {

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

/// The errors of the opacity and of the kernel's reach around it, which is all that smoothing it
/// needs. A background pixel has the error of its nearest opacity pixel; beyond the picture it is
/// 0.
class InsideErrors {
 public:
  InsideErrors(const Box& box, int columns)
      : box_(box),
        first_(std::max(0, box.left - kReach)),
        end_(std::min(columns, box.left + box.columns + kReach)),
        errors_(cv::Mat_<double>::zeros(box.rows + 2 * kReach, box.columns + 2 * kReach)) {}

  /// Takes a row of the picture; `nearest` holds an index into the map for each column.
  void add(int row, std::span<const float> map, std::span<const std::int32_t> nearest) {
    const int y = row - box_.top + kReach;
    if (y < 0 || y >= errors_.rows) {
      return;
    }
    double* const error = errors_[y];
    for (int c = first_; c < end_; ++c) {
      error[c - box_.left + kReach] =
          1.0 -
          static_cast<double>(map[static_cast<std::size_t>(nearest[static_cast<std::size_t>(c)])]);
    }
  }

  /// Sum over the opacity of each pixel's error, or of the smoothed one where that is smaller.
  [[nodiscard]] double sum(std::span<const std::uint8_t> annotation, int columns) const {
    static const cv::Mat kKernel = gaussian();
    cv::Mat_<double> smooth;
    cv::sepFilter2D(errors_, smooth, CV_64F, kKernel, kKernel, {-1, -1}, 0.0, cv::BORDER_CONSTANT);
    double sum = 0.0;
    for (int y = 0; y < box_.rows; ++y) {
      const std::uint8_t* const pixel =
          annotation.data() +
          static_cast<std::size_t>(box_.top + y) * static_cast<std::size_t>(columns) + box_.left;
      const double* const error = errors_[y + kReach] + kReach;
      const double* const mean = smooth[y + kReach] + kReach;
      for (int x = 0; x < box_.columns; ++x) {
        sum += pixel[x] != 0 ? std::min(error[x], mean[x]) : 0.0;
      }
    }
    return sum;
  }

 private:
  Box box_;
  int first_;
  int end_;
  cv::Mat_<double> errors_;
};

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
  NearestRows nearest(annotation, {.rows = shape.rows, .columns = shape.columns});
  if (!nearest.has_foreground()) {
    const bool nothing = std::all_of(map.begin(), map.end(), [](float p) { return p == 0.0F; });
    return nothing ? std::nullopt : std::optional(0.0);
  }
  const auto columns = static_cast<std::size_t>(shape.columns);
  std::vector<std::int32_t> index(columns);
  std::vector<double> squared_distance(columns);
  InsideErrors inside(nearest.box(), shape.columns);
  BackgroundError outside;
  std::int64_t opacity = 0;
  for (int r = 0; r < shape.rows; ++r) {
    nearest.fill(r, index, squared_distance);
    inside.add(r, map, index);
    const std::size_t line = static_cast<std::size_t>(r) * columns;
    for (std::size_t c = 0; c < columns; ++c) {
      if (annotation[line + c] != 0) {
        ++opacity;
      } else if (map[line + c] != 0.0F) {
        outside.add(map[line + c], squared_distance[c]);
      }
    }
  }
  const double missed = inside.sum(annotation, shape.columns);
  const double hits = static_cast<double>(opacity) - missed;
  const double recall = 1.0 - missed / static_cast<double>(opacity);
  const double precision = hits / (hits + outside.sum() + kEpsilon);
  return 2.0 * recall * precision / (recall + precision + kEpsilon);
}

}  // namespace jcs::metrics
