#include "jcs/diagnosis/segment_region.hpp"

#include <algorithm>
#include <numeric>

#include <opencv2/imgproc.hpp>

namespace jcs::diagnosis {

namespace {

cv::Rect whole_slice(const imaging::CtVolume& volume) {
  return {0, 0, volume.columns, volume.rows};
}

SegmentRegion lung_region(const imaging::CtVolume& volume, std::span<const std::uint8_t> mask) {
  SegmentRegion region;
  for (std::size_t i = 0; i < volume.slice_count(); ++i) {
    const cv::Rect box =
        cv::boundingRect(cv::Mat(volume.rows, volume.columns, CV_8UC1,
                                 const_cast<std::uint8_t*>(mask.data()) + i * volume.pixels()));
    if (box.empty()) continue;
    region.slices.push_back(i);
    region.box |= box;
  }
  return region;
}

SegmentRegion suspicious_region(const imaging::CtVolume& volume,
                                std::span<const SliceResult> slices) {
  SegmentRegion region = {{}, whole_slice(volume)};
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const std::size_t first = i == 0 ? 0 : i - 1, last = std::min(i + 1, slices.size() - 1);
    if (std::any_of(slices.begin() + static_cast<std::ptrdiff_t>(first),
                    slices.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                    [](const SliceResult& slice) { return slice.positive; })) {
      region.slices.push_back(i);
    }
  }
  return region;
}

}  // namespace

SegmentRegion whole_region(const imaging::CtVolume& volume) {
  SegmentRegion region = {std::vector<std::size_t>(volume.slice_count()), whole_slice(volume)};
  std::iota(region.slices.begin(), region.slices.end(), std::size_t{0});
  return region;
}

SegmentRegion segment_region(SegmentWhere where, const imaging::CtVolume& volume,
                             std::span<const std::uint8_t> lung_mask,
                             std::span<const SliceResult> slices) {
  if (where == SegmentWhere::kSuspicious) return suspicious_region(volume, slices);
  if (where == SegmentWhere::kLung && !lung_mask.empty()) return lung_region(volume, lung_mask);
  return whole_region(volume);
}

}  // namespace jcs::diagnosis
