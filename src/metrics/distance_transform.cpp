#include "jcs/metrics/distance_transform.hpp"

#include <algorithm>
#include <cmath>

#include "pair_check.hpp"
#include "shape_check.hpp"

namespace jcs::metrics {

namespace {

constexpr std::int32_t kNone = -1;

/// For each pixel the row of the nearest foreground pixel of its column, the upper of two, or
/// kNone.
std::vector<std::int32_t> nearest_in_column(std::span<const std::uint8_t> mask, std::size_t rows,
                                            std::size_t columns) {
  std::vector<std::int32_t> nearest(mask.size());
  std::vector<std::int32_t> seen(columns, kNone);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::uint8_t* const pixels = mask.data() + r * columns;
    std::int32_t* const above = nearest.data() + r * columns;
    const auto row = static_cast<std::int32_t>(r);
    for (std::size_t c = 0; c < columns; ++c) {
      seen[c] = pixels[c] != 0 ? row : seen[c];
      above[c] = seen[c];
    }
  }
  // `seen` now holds the last foreground row of each column: nothing is below it.
  std::fill(seen.begin(), seen.end(), kNone);
  for (std::size_t r = rows; r-- > 0;) {
    std::int32_t* const result = nearest.data() + r * columns;
    const auto row = static_cast<std::int32_t>(r);
    for (std::size_t c = 0; c < columns; ++c) {
      const std::int32_t above = result[c];
      const std::int32_t below = above == row ? row : seen[c];
      const bool take_below = below != kNone && (above == kNone || below - row < row - above);
      seen[c] = below;
      result[c] = take_below ? below : above;
    }
  }
  return nearest;
}

/// A column whose foreground pixel may be nearest to pixels of the row at hand.
struct Site {
  double column;
  double squared_height;  ///< squared distance of its pixel from the row, in squared column steps
  std::int32_t index;     ///< of its pixel
  std::int32_t first;     ///< first column that is nearer to it than to the site before
};

/// The first column that is nearer to `right` than to `left`: equally near ones belong to `left`.
/// May lie beyond either end of the row.
double first_column(const Site& left, const Site& right) {
  const double middle = (right.column * right.column - left.column * left.column +
                         right.squared_height - left.squared_height) /
                        (2.0 * (right.column - left.column));
  return std::floor(middle) + 1.0;
}

/// The lower envelope of the parabolas over one row (Felzenszwalb and Huttenlocher 2012; the tie
/// rule and the stack of first columns after Meijster et al. 2000).
void collect_sites(std::span<const std::int32_t> nearest_row, std::size_t row, double aspect,
                   std::vector<Site>& sites) {
  sites.clear();
  const auto columns = nearest_row.size();
  for (std::size_t c = 0; c < columns; ++c) {
    if (nearest_row[c] == kNone) {
      continue;
    }
    const double height = (static_cast<double>(nearest_row[c]) - static_cast<double>(row)) * aspect;
    Site site{
        .column = static_cast<double>(c),
        .squared_height = height * height,
        .index = static_cast<std::int32_t>(static_cast<std::size_t>(nearest_row[c]) * columns + c),
        .first = 0};
    bool seen = true;
    while (!sites.empty()) {
      const double first = first_column(sites.back(), site);
      if (first <= sites.back().first) {
        sites.pop_back();
        continue;
      }
      seen = first < static_cast<double>(columns);
      site.first = seen ? static_cast<std::int32_t>(first) : 0;
      break;
    }
    if (seen) {
      sites.push_back(site);
    }
  }
}

}  // namespace

NearestForeground nearest_foreground(std::span<const std::uint8_t> mask,
                                     const PictureShape& shape) {
  require_same_size(mask.size(), mask.size());
  require_shape(shape, mask.size());
  NearestForeground result;
  if (std::all_of(mask.begin(), mask.end(), [](std::uint8_t value) { return value == 0; })) {
    return result;
  }
  const auto rows = static_cast<std::size_t>(shape.rows);
  const auto columns = static_cast<std::size_t>(shape.columns);
  // Steps along a row are the unit: whole numbers, and so exact, for square pixels.
  const double unit = shape.has_spacing() ? shape.column_spacing_mm : 1.0;
  const double aspect = shape.has_spacing() ? shape.row_spacing_mm / unit : 1.0;
  const double squared_unit = unit * unit;
  const auto nearest_row = nearest_in_column(mask, rows, columns);
  result.index.resize(mask.size());
  result.squared_distance.resize(mask.size());
  std::vector<Site> sites;
  sites.reserve(columns);
  for (std::size_t r = 0; r < rows; ++r) {
    collect_sites({nearest_row.data() + r * columns, columns}, r, aspect, sites);
    std::int32_t* const index = result.index.data() + r * columns;
    double* const squared = result.squared_distance.data() + r * columns;
    for (std::size_t s = 0; s < sites.size(); ++s) {
      const Site& site = sites[s];
      const std::int32_t end =
          s + 1 < sites.size() ? sites[s + 1].first : static_cast<std::int32_t>(columns);
      for (std::int32_t c = site.first; c < end; ++c) {
        const double away = c - site.column;
        index[c] = site.index;
        squared[c] = (away * away + site.squared_height) * squared_unit;
      }
    }
  }
  return result;
}

}  // namespace jcs::metrics
