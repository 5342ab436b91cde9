#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <opencv2/core.hpp>

#include "jcs/diagnosis/options.hpp"
#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// Where in a volume the segmenter looks.
struct SegmentRegion {
  std::vector<std::size_t> slices;  ///< ascending
  cv::Rect box;                     ///< pixels of these slices
};

/// All slices, whole.
SegmentRegion whole_region(const imaging::CtVolume& volume);

/// What SegmentWhere asks for. `kLung`: slices in which `lung_mask` is not 0, and the smallest box
/// that holds the lungs in all of them; everything where the mask is empty. `kSuspicious`: slices
/// that are positive and the one before and behind each of them, whole.
/// @param lung_mask as CtVolume::hu, or empty
SegmentRegion segment_region(SegmentWhere where, const imaging::CtVolume& volume,
                             std::span<const std::uint8_t> lung_mask,
                             std::span<const SliceResult> slices);

}  // namespace jcs::diagnosis
