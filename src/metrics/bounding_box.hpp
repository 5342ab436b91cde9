#pragma once

#include <cstdint>
#include <span>

namespace jcs::metrics {

/// The smallest rectangle around the foreground; no rows and no columns when there is none.
struct Box {
  int top = 0;
  int left = 0;
  int rows = 0;
  int columns = 0;
};

/// Of the pixels that are not 0 in a row-major mask of this many columns.
Box bounding_box(std::span<const std::uint8_t> mask, int columns);

/// The smallest rectangle around both; an empty one adds nothing.
Box united(const Box& a, const Box& b);

}  // namespace jcs::metrics
