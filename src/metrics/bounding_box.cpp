#include "bounding_box.hpp"

#include <algorithm>
#include <cstddef>

namespace jcs::metrics {

Box bounding_box(std::span<const std::uint8_t> mask, int columns) {
  const auto width = static_cast<std::size_t>(columns);
  const auto is_set = [](std::uint8_t value) { return value != 0; };
  int top = -1;
  int bottom = -1;
  int left = columns;
  int right = -1;
  for (std::size_t start = 0; start < mask.size(); start += width) {
    const auto line = mask.subspan(start, width);
    const auto first = std::find_if(line.begin(), line.end(), is_set);
    if (first == line.end()) {
      continue;
    }
    const auto last = std::find_if(line.rbegin(), line.rend(), is_set);
    bottom = static_cast<int>(start / width);
    top = top < 0 ? bottom : top;
    left = std::min(left, static_cast<int>(first - line.begin()));
    right = std::max(right, static_cast<int>(line.rend() - last) - 1);
  }
  if (top < 0) {
    return {};
  }
  return {.top = top, .left = left, .rows = bottom - top + 1, .columns = right - left + 1};
}

Box united(const Box& a, const Box& b) {
  if (a.rows == 0) {
    return b;
  }
  if (b.rows == 0) {
    return a;
  }
  const int top = std::min(a.top, b.top);
  const int left = std::min(a.left, b.left);
  const int bottom = std::max(a.top + a.rows, b.top + b.rows);
  const int right = std::max(a.left + a.columns, b.left + b.columns);
  return {.top = top, .left = left, .rows = bottom - top, .columns = right - left};
}

}  // namespace jcs::metrics
