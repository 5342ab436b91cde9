#include "jcs/metrics/s_measure.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "epsilon.hpp"
#include "lane_sum.hpp"
#include "pair_check.hpp"
#include "shape_check.hpp"

namespace jcs::metrics {

namespace {

/// Sums over pixels of one kind: opacity or background.
struct Sums {
  std::int64_t count = 0;
  double p = 0.0;
  double squares = 0.0;

  Sums& operator+=(const Sums& other) {
    count += other.count;
    p += other.p;
    squares += other.squares;
    return *this;
  }
  [[nodiscard]] double mean() const { return p / static_cast<double>(count); }
  /// Unbiased; 0 for one pixel.
  [[nodiscard]] double variance() const {
    if (count < 2) {
      return 0.0;
    }
    return std::max(0.0, squares - p * mean()) / static_cast<double>(count - 1);
  }
};

/// One of the four rectangles, and what lies in it.
struct Region {
  std::size_t top, bottom, left, right;  ///< last row and column excluded
  Sums opacity;
  Sums background;

  [[nodiscard]] std::int64_t count() const { return opacity.count + background.count; }
};

/// Sums over the pixels of a row for which is_kind(i) holds.
template <class IsKind>
Sums sums_of(const float* map, std::size_t width, IsKind is_kind) {
  const auto p = [map, is_kind](std::size_t i) { return is_kind(i) ? double{map[i]} : 0.0; };
  Sums sums;
  for (std::size_t i = 0; i < width; ++i) {
    sums.count += is_kind(i) ? 1 : 0;
  }
  sums.p = lane_sum(width, p);
  sums.squares = lane_sum(width, [p](std::size_t i) { return p(i) * p(i); });
  return sums;
}

void gather(std::span<const float> map, std::span<const std::uint8_t> annotation,
            std::size_t columns, Region& region) {
  const std::size_t width = region.right - region.left;
  for (std::size_t r = region.top; r < region.bottom; ++r) {
    const float* const p = map.data() + r * columns + region.left;
    const std::uint8_t* const g = annotation.data() + r * columns + region.left;
    region.opacity += sums_of(p, width, [g](std::size_t i) { return g[i] != 0; });
    region.background += sums_of(p, width, [g](std::size_t i) { return g[i] == 0; });
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
  if (region.opacity.count == 0 || region.background.count == 0) {
    // The annotation is constant here: only a constant map has its structure. Sums would not tell,
    // rounding leaves them a variance.
    return is_constant(map, columns, region) ? 1.0 : 0.0;
  }
  Sums all = region.opacity;
  all += region.background;
  const auto n = static_cast<double>(all.count);
  const auto opacity = static_cast<double>(region.opacity.count);
  const double x = all.mean();
  const double y = opacity / n;
  const double variance_g = opacity * (1.0 - y) / (n - 1.0);
  const double covariance = (region.opacity.p - x * opacity) / (n - 1.0);
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
  std::uint64_t count = 0;
  std::uint64_t row_sum = 0;
  std::uint64_t column_sum = 0;
  for (std::size_t start = 0, r = 0; start < annotation.size(); start += columns, ++r) {
    std::uint32_t in_row = 0;
    std::uint64_t places = 0;
    for (std::uint32_t c = 0; c < columns; ++c) {
      const std::uint32_t is_opacity = annotation[start + c] != 0 ? 1U : 0U;
      in_row += is_opacity;
      places += is_opacity * c;
    }
    count += in_row;
    row_sum += in_row * r;
    column_sum += places;
  }
  const auto rounded = [count](std::uint64_t sum) {
    const double mean = static_cast<double>(sum) / static_cast<double>(count);
    return static_cast<std::size_t>(std::nearbyint(mean));
  };
  return {.row = rounded(row_sum) + 1, .column = rounded(column_sum) + 1};
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
  if (opacity.count == 0) {
    return 1.0 - background.mean();
  }
  if (background.count == 0) {
    return opacity.mean();
  }
  const double share = static_cast<double>(opacity.count) / pixels;
  const double objects =
      share * object(opacity.mean(), std::sqrt(opacity.variance())) +
      (1.0 - share) * object(1.0 - background.mean(), std::sqrt(background.variance()));
  double similarities = 0.0;
  for (const Region& region : regions) {
    if (region.count() > 0) {
      similarities +=
          static_cast<double>(region.count()) / pixels * similarity(map, columns, region);
    }
  }
  return std::max(0.0, (objects + similarities) / 2.0);
}

}  // namespace jcs::metrics
