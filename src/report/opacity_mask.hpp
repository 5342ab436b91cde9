#pragma once

#include <cstddef>

#include <opencv2/core.hpp>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::report {

/// The outlined opacities of one slice, 0 and 1 (CV_8UC1), a copy; empty when nothing was
/// segmented, and for a slice that the segmenter was not shown.
inline cv::Mat opacity_mask(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                            std::size_t slice) {
  if (result.opacity_mask.empty() || !result.slices[slice].opacity_pixels) {
    return {};
  }
  const std::uint8_t* first = result.opacity_mask.data() + slice * volume.pixels();
  return cv::Mat(volume.rows, volume.columns, CV_8UC1, const_cast<std::uint8_t*>(first)).clone();
}

}  // namespace jcs::report
