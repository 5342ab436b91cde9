#include "shape_check.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::metrics {

namespace {

void require_spacing(const char* where, double spacing) {
  if (!(spacing >= 0.0) || !std::isfinite(spacing)) {
    throw InputError({.what = "a pixel spacing is no distance",
                      .where = where,
                      .expected = "mm, or 0 where it is not known",
                      .got = to_text(spacing)});
  }
}

}  // namespace

void require_shape(const PictureShape& shape, std::size_t pixels) {
  const std::string text = std::to_string(shape.rows) + " x " + std::to_string(shape.columns);
  if (shape.rows < 1 || shape.columns < 1) {
    throw InputError({.what = "a picture has no pixels",
                      .expected = "1 row and 1 column at least",
                      .got = text});
  }
  const auto expected =
      static_cast<std::size_t>(shape.rows) * static_cast<std::size_t>(shape.columns);
  if (expected != pixels) {
    throw InputError({.what = "the pixels do not fill the picture",
                      .expected = text + " = " + std::to_string(expected) + " pixels",
                      .got = std::to_string(pixels)});
  }
  if (pixels > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw InputError({.what = "a picture is too large",
                      .expected = "at most 2^31 - 1 pixels",
                      .got = std::to_string(pixels)});
  }
  require_spacing("row spacing", shape.row_spacing_mm);
  require_spacing("column spacing", shape.column_spacing_mm);
}

}  // namespace jcs::metrics
