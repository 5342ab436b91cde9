#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <opencv2/core.hpp>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// The connected pieces of a mask; voxels that touch by faces, edges or corners are connected.
struct Pieces {
  std::vector<cv::Mat> labels;  ///< CV_32SC1, one a slice: 0 or the number of the piece, from 1
  int count = 0;
};

/// Numbered in the order in which they are met: by slice, row and column.
Pieces find_pieces(const imaging::CtVolume& volume, std::span<const std::uint8_t> mask);

}  // namespace jcs::diagnosis
