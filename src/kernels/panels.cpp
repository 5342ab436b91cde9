#include "panels.hpp"

#include <algorithm>
#include <array>

#include "jcs/kernels/aligned_floats.hpp"

#include "split_product.hpp"

namespace jcs::kernels {

int panel_depth(const VectorCode& code, int depth) {
  return code.split == nullptr ? depth : static_cast<int>(filled_up(depth, code.split->depth_step));
}

void lay_out(const VectorCode& code, float* panel, int depth) {
  if (code.split != nullptr) code.split->lay_out(panel, panel_depth(code, depth));
}

std::vector<float> panel_bias(std::span<const float> bias, int out, const VectorCode& code) {
  std::vector<float> whole(static_cast<std::size_t>(filled_up(out, code.panel)), 0.0F);
  std::ranges::copy(bias, whole.begin());
  return whole;
}

void multiply(const VectorCode& code, std::int64_t rows, std::int64_t columns,
              const Product& product) {
  if (code.split != nullptr) {
    constexpr int kSlot = 2;
    float* room = workspace(kSlot, code.split->workspace_floats(rows, product.depth));
    code.split->multiply(rows, columns, product.segments.data(),
                         static_cast<int>(product.segments.size()), product.depth, product.panels,
                         product.out, product.out_stride, product.finish, room);
    return;
  }
  constexpr std::size_t kMostSegments = 16;
  std::array<Segment, kMostSegments> segments;
  const std::size_t count = product.segments.size();
  // Panels outside: one of them stays near the core while all rows pass by.
  for (std::int64_t column = 0; column < columns; column += code.panel) {
    const float* panel = product.panels + column * product.depth;
    const auto stored = static_cast<int>(std::min<std::int64_t>(code.panel, columns - column));
    const int most = stored <= code.lanes ? code.narrow_rows : code.rows;
    const std::int64_t groups = (rows + most - 1) / most;
    std::int64_t row = 0;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t end = rows * (group + 1) / groups;
      for (std::size_t s = 0; s < count; ++s) {
        segments[s] = product.segments[s];
        segments[s].rows += row * segments[s].row_stride;
      }
      Finish finish = product.finish;
      if (finish.bias != nullptr) finish.bias += column;
      if (finish.addend != nullptr) finish.addend += row * finish.addend_stride + column;
      code.product(static_cast<int>(end - row), segments.data(), static_cast<int>(count), panel,
                   product.out + row * product.out_stride + column, product.out_stride, stored,
                   finish);
      row = end;
    }
  }
}

float* workspace(int slot, std::int64_t count) {
  thread_local std::array<AlignedFloats, 3> rooms;
  AlignedFloats& room = rooms[static_cast<std::size_t>(slot)];
  if (room.size() < static_cast<std::size_t>(count)) {
    room = AlignedFloats();  // before the larger one, so that there is one at a time
    room.resize(static_cast<std::size_t>(count));
  }
  return room.data();
}

}  // namespace jcs::kernels
