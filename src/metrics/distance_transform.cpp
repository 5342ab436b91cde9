#include "jcs/metrics/distance_transform.hpp"

#include "nearest_rows.hpp"
#include "pair_check.hpp"
#include "shape_check.hpp"

namespace jcs::metrics {

NearestForeground nearest_foreground(std::span<const std::uint8_t> mask,
                                     const PictureShape& shape) {
  require_same_size(mask.size(), mask.size());
  require_shape(shape, mask.size());
  NearestForeground result;
  NearestRows rows(mask, shape);
  if (!rows.has_foreground()) {
    return result;
  }
  result.index.resize(mask.size());
  result.squared_distance.resize(mask.size());
  const auto columns = static_cast<std::size_t>(shape.columns);
  for (int r = 0; r < shape.rows; ++r) {
    const std::size_t line = static_cast<std::size_t>(r) * columns;
    rows.fill(r, {result.index.data() + line, columns},
              {result.squared_distance.data() + line, columns});
  }
  return result;
}

}  // namespace jcs::metrics
