#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// Voxels of a mask that lie side by side in a row: columns `begin` to `end`, the last left out.
struct Run {
  std::size_t slice = 0;
  int row = 0, begin = 0, end = 0;
  int piece = 0;  ///< from 0

  [[nodiscard]] int length() const { return end - begin; }
  /// Of the first voxel, in a volume of such slices.
  [[nodiscard]] std::size_t voxel(const imaging::CtVolume& volume) const {
    return slice * volume.pixels() +
           static_cast<std::size_t>(row) * static_cast<std::size_t>(volume.columns) +
           static_cast<std::size_t>(begin);
  }
};

/// The connected pieces of a mask; voxels that touch by faces, edges or corners are connected.
struct Pieces {
  std::vector<Run> runs;  ///< by slice, row and column
  std::size_t count = 0;
};

/// Numbered in the order in which they are met: by slice, row and column.
Pieces find_pieces(const imaging::CtVolume& volume, std::span<const std::uint8_t> mask);

}  // namespace jcs::diagnosis
