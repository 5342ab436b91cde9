#include "nearest_rows.hpp"

#include <algorithm>

namespace jcs::metrics {

namespace {

constexpr std::int32_t kNone = -1;

}  // namespace

NearestRows::NearestRows(std::span<const std::uint8_t> mask, const PictureShape& shape)
    : columns_(shape.columns),
      // Steps along a row are the unit: whole numbers, and so exact, for square pixels.
      unit_(shape.has_spacing() ? shape.column_spacing_mm : 1.0),
      aspect_(shape.has_spacing() ? shape.row_spacing_mm / unit_ : 1.0),
      box_(bounding_box(mask, shape.columns)) {
  search_columns(mask);
}

void NearestRows::search_columns(std::span<const std::uint8_t> mask) {
  const auto width = static_cast<std::size_t>(box_.columns);
  nearest_row_.resize(width * static_cast<std::size_t>(box_.rows));
  std::vector<std::int32_t> seen(width, kNone);
  for (int y = 0; y < box_.rows; ++y) {
    const std::int32_t row = box_.top + y;
    const std::uint8_t* const pixels =
        mask.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
        box_.left;
    std::int32_t* const above = nearest_row_.data() + static_cast<std::size_t>(y) * width;
    for (std::size_t x = 0; x < width; ++x) {
      seen[x] = pixels[x] != 0 ? row : seen[x];
      above[x] = seen[x];
    }
  }
  std::fill(seen.begin(), seen.end(), kNone);
  for (int y = box_.rows; y-- > 0;) {
    const std::int32_t row = box_.top + y;
    std::int32_t* const result = nearest_row_.data() + static_cast<std::size_t>(y) * width;
    for (std::size_t x = 0; x < width; ++x) {
      const std::int32_t above = result[x];
      const std::int32_t below = above == row ? row : seen[x];
      const bool take_below = below != kNone && (above == kNone || below - row < row - above);
      seen[x] = below;
      result[x] = take_below ? below : above;
    }
  }
}

// The lower envelope of the parabolas over one row (Felzenszwalb and Huttenlocher 2012; the stack
// of first columns after Meijster et al. 2000). A column equally near to two sites belongs to the
// left one.
void NearestRows::collect_sites(int row) {
  const std::size_t line = static_cast<std::size_t>(std::clamp(row - box_.top, 0, box_.rows - 1)) *
                           static_cast<std::size_t>(box_.columns);
  const std::int32_t* const nearest_row = nearest_row_.data() + line;
  sites_.resize(static_cast<std::size_t>(box_.columns));
  std::size_t kept = 0;
  const double last = columns_ - 1;
  for (int x = 0; x < box_.columns; ++x) {
    if (nearest_row[x] == kNone) {
      continue;
    }
    const int place = box_.left + x;
    const double column = place;
    const double height = (nearest_row[x] - row) * aspect_;
    const double squared_height = height * height;
    std::int32_t first = 0;
    while (kept > 0) {
      // Up to the middle, columns are nearer to `left` or equally near.
      const Site& left = sites_[kept - 1];
      const double twice_gap = 2.0 * (column - left.column);
      const double scaled_middle =
          (column - left.column) * (column + left.column) + (squared_height - left.squared_height);
      if (scaled_middle >= twice_gap * left.first) {
        first = scaled_middle >= twice_gap * last
                    ? kNone
                    : static_cast<std::int32_t>(scaled_middle / twice_gap) + 1;
        break;
      }
      --kept;
    }
    if (first != kNone) {
      sites_[kept++] = {.column = column,
                        .squared_height = squared_height,
                        .index = nearest_row[x] * columns_ + place,
                        .first = first};
    }
  }
  sites_.resize(kept);
}

void NearestRows::fill(int row, std::span<std::int32_t> index, std::span<double> squared_distance) {
  collect_sites(row);
  const double squared_unit = unit_ * unit_;
  for (std::size_t s = 0; s < sites_.size(); ++s) {
    const Site site = sites_[s];
    const std::int32_t end = s + 1 < sites_.size() ? sites_[s + 1].first : columns_;
    for (auto c = static_cast<std::size_t>(site.first); c < static_cast<std::size_t>(end); ++c) {
      const double away = static_cast<double>(c) - site.column;
      index[c] = site.index;
      squared_distance[c] = (away * away + site.squared_height) * squared_unit;
    }
  }
}

}  // namespace jcs::metrics
