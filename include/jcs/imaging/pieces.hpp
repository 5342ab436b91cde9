#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include <opencv2/core.hpp>

namespace jcs::imaging {

/// Pixels of a stack of masks that lie side by side in a row: columns `begin` to `end`, the last
/// left out.
struct Run {
  std::size_t slice = 0;
  int row = 0, begin = 0, end = 0;
  std::size_t piece = 0;  ///< from 0

  [[nodiscard]] int length() const { return end - begin; }
};

/// The connected pieces of a stack of masks. Masks are mostly empty or in broad patches, so runs
/// are a small part of the memory that a label a pixel would take, and of the time.
struct Pieces {
  std::vector<Run> runs;  ///< by slice, row and column
  std::size_t count = 0;
};

/// Which pixels of neighbouring slices touch. Within a slice they do by edges and corners.
enum class BetweenSlices {
  kFaces,   ///< those that lie on one another
  kCorners  ///< and those at their edges and corners
};

/// Pieces are numbered in the order in which they are met: by slice, row and column.
/// @param slices CV_8UC1 of one size; not 0: inside
/// @throws Interrupted
Pieces find_pieces(std::span<const cv::Mat> slices, BetweenSlices between,
                   const std::stop_token& stop = {});

}  // namespace jcs::imaging
