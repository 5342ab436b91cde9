#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jcs/metrics/picture_shape.hpp"

#include "bounding_box.hpp"

namespace jcs::metrics {

/// The distance transform of distance_transform.hpp one row at a time: what uses a row at once
/// needs no picture of distances, whose memory would cost more than computing them.
class NearestRows {
 public:
  /// A view of the mask's foreground is kept; the shape must have been checked.
  NearestRows(std::span<const std::uint8_t> mask, const PictureShape& shape);

  [[nodiscard]] bool has_foreground() const { return box_.rows > 0; }
  [[nodiscard]] const Box& box() const { return box_; }  ///< around the foreground

  /// Fills what row `row` of the picture has; both spans have one element per column. Only with
  /// foreground.
  void fill(int row, std::span<std::int32_t> index, std::span<double> squared_distance);

 private:
  /// A column whose foreground pixel may be nearest to pixels of the row at hand.
  struct Site {
    double column;
    double squared_height;  ///< squared distance of its pixel from the row, in squared column steps
    std::int32_t index;     ///< of its pixel
    std::int32_t first;     ///< first column that is nearer to it than to the site before
  };

  void search_columns(std::span<const std::uint8_t> mask);
  void collect_sites(int row);

  int columns_;
  double unit_;    ///< length of a step along a row
  double aspect_;  ///< length of a step along a column, in those of a row
  Box box_;
  /// For each pixel of the box the row of the nearest foreground pixel of its column, the upper of
  /// two, or -1. Above and below the box its first and last row hold what is nearest.
  std::vector<std::int32_t> nearest_row_;
  std::vector<Site> sites_;
};

}  // namespace jcs::metrics
