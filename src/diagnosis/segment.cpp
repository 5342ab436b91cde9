#include "jcs/diagnosis/segment.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <torch/types.h>

#include "jcs/core/error.hpp"
#include "jcs/core/parallel.hpp"
#include "jcs/imaging/fit.hpp"

#include "slice_batches.hpp"

namespace jcs::diagnosis {

namespace {

constexpr int kMargin = 16;  // pixels of the input around the region's box
constexpr int kGrid = 32;    // the largest stride of a segmenter's maps

/// The part of an axis of the input that shows pixels `from` to `to` of the slice, with the margin,
/// on the grid: first pixel and length.
std::pair<int, int> shown(int from, int to, double scale, int offset, int size) {
  const int first = static_cast<int>(std::floor(from * scale)) - offset - kMargin;
  const int end = static_cast<int>(std::ceil(to * scale)) - offset + kMargin;
  const int grid_first = std::clamp(first, 0, size - 1) / kGrid * kGrid;
  const int grid_end = std::min((std::clamp(end, 1, size) + kGrid - 1) / kGrid * kGrid, size);
  return {grid_first, grid_end - grid_first};
}

cv::Rect input_box(const imaging::Fit& fit, const cv::Rect& slice_box, const cv::Size& slice) {
  const cv::Rect box = imaging::turned(slice_box, slice, fit.turn);
  const auto [left, width] =
      shown(box.x, box.x + box.width, static_cast<double>(fit.resized_columns) / fit.columns,
            fit.left, fit.input_columns);
  const auto [top, height] =
      shown(box.y, box.y + box.height, static_cast<double>(fit.resized_rows) / fit.rows, fit.top,
            fit.input_rows);
  const cv::Rect part(left, top, width, height);
  // The last strip of an input that is no multiple of the grid may be too narrow for a network.
  return width >= kGrid && height >= kGrid ? part
                                           : cv::Rect(0, 0, fit.input_columns, fit.input_rows);
}

}  // namespace

std::vector<std::uint8_t> segment_slices(const imaging::CtVolume& volume,
                                         const SliceNetwork& segmenter, double threshold,
                                         const SegmentRegion& region, Progress& progress,
                                         const std::stop_token& stop) {
  const imaging::Fit fit = imaging::fit(volume, segmenter.preprocessing);
  const cv::Rect part = input_box(fit, region.box, {volume.columns, volume.rows});
  std::vector<std::uint8_t> mask(volume.hu.size());
  std::size_t done = 0;
  const auto restore = [&](const at::Tensor& map, std::size_t slice) {
    cv::Mat probability = cv::Mat::zeros(fit.input_rows, fit.input_columns, CV_32FC1);
    cv::Mat(part.height, part.width, CV_32FC1, map.mutable_data_ptr<float>())
        .copyTo(probability(part));
    cv::Mat out(volume.rows, volume.columns, CV_8UC1, mask.data() + slice * volume.pixels());
    out.setTo(1, imaging::restore(probability, fit) > threshold);
  };
  const auto use = [&](std::span<const std::size_t> slices, const at::Tensor& answer) {
    const at::Tensor maps = answer.to(torch::kFloat32).contiguous();
    if (!maps.isfinite().all().item<bool>()) {
      throw WeightsError({"the segmenter's answer is no number", segmenter.name,
                          "probabilities from 0 to 1",
                          "NaN from slice " + std::to_string(slices.front() + 1) + " on"});
    }
    parallel_for(slices.size(), threads_beside(segmenter), stop,
                 [&](std::size_t i) { restore(maps[static_cast<std::int64_t>(i)], slices[i]); });
    progress.update("outlining opacities", done += slices.size(), region.slices.size());
  };
  for_each_answer({volume, region.slices, fit, part}, segmenter, stop, use);
  return mask;
}

}  // namespace jcs::diagnosis
