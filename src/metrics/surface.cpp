#include "jcs/metrics/surface.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "bounding_box.hpp"
#include "nearest_rows.hpp"
#include "pair_check.hpp"
#include "percentile.hpp"
#include "shape_check.hpp"

namespace jcs::metrics {

namespace {

/// The border of the part of a mask that lies in the box, as a mask of the box's size. The box must
/// hold the whole mask.
std::vector<std::uint8_t> border_of(std::span<const std::uint8_t> mask, std::size_t columns,
                                    const Box& box) {
  const auto height = static_cast<std::size_t>(box.rows);
  const auto width = static_cast<std::size_t>(box.columns);
  // A frame of background, so that no pixel lacks a neighbour.
  const std::size_t stride = width + 2;
  std::vector<std::uint8_t> framed((height + 2) * stride, 0);
  for (std::size_t r = 0; r < height; ++r) {
    const std::size_t from =
        (static_cast<std::size_t>(box.top) + r) * columns + static_cast<std::size_t>(box.left);
    for (std::size_t c = 0; c < width; ++c) {
      framed[(r + 1) * stride + c + 1] = mask[from + c] != 0 ? 1 : 0;
    }
  }
  std::vector<std::uint8_t> border(height * width);
  for (std::size_t r = 0; r < height; ++r) {
    const std::uint8_t* const here = framed.data() + (r + 1) * stride + 1;
    for (std::size_t c = 0; c < width; ++c) {
      const std::uint8_t* const pixel = here + c;
      const int surrounded = *(pixel - stride) & *(pixel + stride) & *(pixel - 1) & *(pixel + 1);
      border[r * width + c] = static_cast<std::uint8_t>(*pixel & (surrounded ^ 1));
    }
  }
  return border;
}

/// From each border pixel of one mask to the nearest of the other, in mm.
std::vector<double> distances(std::span<const std::uint8_t> from, std::span<const std::uint8_t> to,
                              const PictureShape& shape) {
  NearestRows nearest(to, shape);
  const auto columns = static_cast<std::size_t>(shape.columns);
  std::vector<std::int32_t> index(columns);
  std::vector<double> squared(columns);
  std::vector<double> result;
  for (int r = 0; r < shape.rows; ++r) {
    const auto line = from.subspan(static_cast<std::size_t>(r) * columns, columns);
    if (std::all_of(line.begin(), line.end(), [](std::uint8_t value) { return value == 0; })) {
      continue;
    }
    nearest.fill(r, index, squared);
    for (std::size_t c = 0; c < columns; ++c) {
      if (line[c] != 0) {
        result.push_back(std::sqrt(squared[c]));
      }
    }
  }
  return result;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

std::optional<SurfaceDistances> surface_distances(std::span<const std::uint8_t> mask,
                                                  std::span<const std::uint8_t> annotation,
                                                  const PictureShape& shape) {
  require_same_size(mask.size(), annotation.size());
  require_shape(shape, mask.size());
  const Box mask_box = bounding_box(mask, shape.columns);
  const Box annotation_box = bounding_box(annotation, shape.columns);
  if (mask_box.rows == 0 || annotation_box.rows == 0 || !shape.has_spacing()) {
    return std::nullopt;
  }
  const Box box = united(mask_box, annotation_box);
  const auto columns = static_cast<std::size_t>(shape.columns);
  const auto mask_border = border_of(mask, columns, box);
  const auto annotation_border = border_of(annotation, columns, box);
  const PictureShape inner{.rows = box.rows,
                           .columns = box.columns,
                           .row_spacing_mm = shape.row_spacing_mm,
                           .column_spacing_mm = shape.column_spacing_mm};
  auto forth = distances(mask_border, annotation_border, inner);
  auto back = distances(annotation_border, mask_border, inner);
  const auto count = static_cast<double>(forth.size() + back.size());
  return SurfaceDistances{
      .average_mm = (sum(forth) + sum(back)) / count,
      .hausdorff95_mm = std::max(percentile(forth, 0.95), percentile(back, 0.95))};
}

}  // namespace jcs::metrics
