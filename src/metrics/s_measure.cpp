#include "jcs/metrics/s_measure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pair_check.hpp"
#include "shape_check.hpp"

namespace jcs::metrics {

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// Sums over pixels of one kind: opacity or background.
struct Sums {
  double count = 0.0;
  double p = 0.0;
  double squares = 0.0;

  Sums& operator+=(const Sums& other) {
    count += other.count;
    p += other.p;
    squares += other.squares;
    return *this;
  }
  [[nodiscard]] double mean() const { return p / count; }
  /// Unbiased; 0 for one pixel.
  [[nodiscard]] double variance() const {
    return count > 1.0 ? std::max(0.0, squares - p * p / count) / (count - 1.0) : 0.0;
  }
};

/// One of the four rectangles, and what lies in it.
struct Region {
  std::size_t top, bottom, left, right;  ///< last row and column excluded
  Sums opacity;
  Sums background;

  [[nodiscard]] double count() const { return opacity.count + background.count; }
};

void gather(std::span<const float> map, std::span<const std::uint8_t> annotation,
            std::size_t columns, Region& region) {
  for (std::size_t r = region.top; r < region.bottom; ++r) {
    Sums all;
    Sums opacity;
    for (std::size_t i = r * columns + region.left; i < r * columns + region.right; ++i) {
      const double p = map[i];
      const double g = annotation[i] != 0 ? 1.0 : 0.0;
      all.p += p;
      all.squares += p * p;
      opacity.count += g;
      opacity.p += g * p;
      opacity.squares += g * p * p;
    }
    all.count = static_cast<double>(region.right - region.left);
    region.opacity += opacity;
    region.background += {.count = all.count - opacity.count,
                          .p = all.p - opacity.p,
                          .squares = all.squares - opacity.squares};
  }
}

bool is_constant(std::span<const float> map, std::size_t columns, const Region& region) {
  const float value = map[region.top * columns + region.left];
  for (std::size_t r = region.top; r < region.bottom; ++r) {
    for (std::size_t c = region.left; c < region.right; ++c) {
      if (map[r * columns + c] != value) {
        return false;
      }
    }
  }
  return true;
}

/// Structural similarity of map and annotation within a region.
double similarity(std::span<const float> map, std::size_t columns, const Region& region) {
  if (region.opacity.count == 0.0 || region.background.count == 0.0) {
    // The annotation is constant here: only a constant map has its structure. Sums would not tell,
    // rounding leaves them a variance.
    return is_constant(map, columns, region) ? 1.0 : 0.0;
  }
  Sums all = region.opacity;
  all += region.background;
  const double n = all.count;
  const double x = all.mean();
  const double y = region.opacity.count / n;
  const double variance_g = region.opacity.count * region.background.count / n / (n - 1.0);
  const double covariance = (region.opacity.p - x * region.opacity.count) / (n - 1.0);
  return 4.0 * x * y * covariance / ((x * x + y * y) * (all.variance() + variance_g) + kEpsilon);
}

/// How high and how even a kind of pixels is marked, given its mean mark and that mark's deviation.
double object(double mean, double deviation) {
  return 2.0 * mean / (mean * mean + 1.0 + deviation + kEpsilon);
}

struct Centre {
  std::size_t row = 0;     ///< first row of the lower regions
  std::size_t column = 0;  ///< first column of the right ones
};

/// One past the rounded centroid. Whole numbers and halves to even, so that it is the same pixel
/// with every tool.
Centre centre_of(std::span<const std::uint8_t> annotation, std::size_t columns) {
  double count = 0.0;
  double row_sum = 0.0;
  double column_sum = 0.0;
  for (std::size_t start = 0, r = 0; start < annotation.size(); start += columns, ++r) {
    std::uint64_t in_row = 0;
    std::uint64_t places = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      const bool is_opacity = annotation[start + c] != 0;
      in_row += is_opacity ? 1U : 0U;
      places += is_opacity ? c : 0U;
    }
    count += static_cast<double>(in_row);
    row_sum += static_cast<double>(in_row * r);
    column_sum += static_cast<double>(places);
  }
  return {.row = static_cast<std::size_t>(std::nearbyint(row_sum / count)) + 1,
          .column = static_cast<std::size_t>(std::nearbyint(column_sum / count)) + 1};
}

}  // namespace

double s_measure(std::span<const float> map, std::span<const std::uint8_t> annotation,
                 const PictureShape& shape) {
  require_same_size(map.size(), annotation.size());
  require_shape(shape, map.size());
  require_probabilities(map);
  const auto rows = static_cast<std::size_t>(shape.rows);
  const auto columns = static_cast<std::size_t>(shape.columns);
  const bool is_empty =
      std::all_of(annotation.begin(), annotation.end(), [](std::uint8_t g) { return g == 0; });
  const Centre centre = is_empty ? Centre{} : centre_of(annotation, columns);
  std::array<Region, 4> regions{{{0, centre.row, 0, centre.column, {}, {}},
                                 {0, centre.row, centre.column, columns, {}, {}},
                                 {centre.row, rows, 0, centre.column, {}, {}},
                                 {centre.row, rows, centre.column, columns, {}, {}}}};
  Sums opacity;
  Sums background;
  for (Region& region : regions) {
    gather(map, annotation, columns, region);
    opacity += region.opacity;
    background += region.background;
  }
  const auto pixels = static_cast<double>(map.size());
  if (opacity.count == 0.0) {
    return 1.0 - background.mean();
  }
  if (background.count == 0.0) {
    return opacity.mean();
  }
  const double share = opacity.count / pixels;
  const double objects =
      share * object(opacity.mean(), std::sqrt(opacity.variance())) +
      (1.0 - share) * object(1.0 - background.mean(), std::sqrt(background.variance()));
  double similarities = 0.0;
  for (const Region& region : regions) {
    if (region.count() > 0.0) {
      similarities += region.count() / pixels * similarity(map, columns, region);
    }
  }
  return std::max(0.0, (objects + similarities) / 2.0);
}

}  // namespace jcs::metrics
