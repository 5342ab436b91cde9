#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <opencv2/core.hpp>

#include "jcs/imaging/ct_volume.hpp"
#include "jcs/imaging/pieces.hpp"

namespace jcs::diagnosis {

/// One slice of a volume's mask as a picture, CV_8UC1, on the mask's own memory: to be read alone.
inline cv::Mat mask_slice(const imaging::CtVolume& volume, std::span<const std::uint8_t> mask,
                          std::size_t slice) {
  return {volume.rows, volume.columns, CV_8UC1,
          const_cast<std::uint8_t*>(mask.data() + slice * volume.pixels())};
}

/// The pieces of such a mask; voxels that touch by faces, edges or corners are connected.
inline imaging::Pieces mask_pieces(const imaging::CtVolume& volume,
                                   std::span<const std::uint8_t> mask) {
  std::vector<cv::Mat> slices;
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    slices.push_back(mask_slice(volume, mask, k));
  }
  return imaging::find_pieces(slices, imaging::BetweenSlices::kCorners);
}

/// Of a run's first voxel in the volume.
inline std::size_t first_voxel(const imaging::CtVolume& volume, const imaging::Run& run) {
  return run.slice * volume.pixels() +
         static_cast<std::size_t>(run.row) * static_cast<std::size_t>(volume.columns) +
         static_cast<std::size_t>(run.begin);
}

}  // namespace jcs::diagnosis
