#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <opencv2/core.hpp>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// One slice of a volume's mask as a picture, CV_8UC1, on the mask's own memory: to be read alone.
inline cv::Mat mask_slice(const imaging::CtVolume& volume, std::span<const std::uint8_t> mask,
                          std::size_t slice) {
  return {volume.rows, volume.columns, CV_8UC1,
          const_cast<std::uint8_t*>(mask.data() + slice * volume.pixels())};
}

}  // namespace jcs::diagnosis
