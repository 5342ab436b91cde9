#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"
#include "jcs/evaluation/picture_result.hpp"
#include "jcs/inference/segmenter_runner.hpp"

namespace jcs::evaluation {

struct SegmenterRunOptions {
  metrics::OverlapOptions binarisation;
  PixelSpacing spacing;       ///< of all slices; 0: what each file says, if it says anything
  bool clean_slices = false;  ///< slices with label 0 and no mask count as annotated with nothing
  /// Called with every map (CV_32FC1, size of the slice) in the manifest's order.
  std::function<void(const std::string& name, const cv::Mat& map)> on_map;
};

/// Segments the annotated slices of a manifest and compares each map, brought back to the slice's
/// own size, with the annotation. Stage-1 features (`.mat`) are taken by fused segmenters.
/// Decoding goes on while the network computes; memory does not grow with the slices.
/// @throws InputError naming the manifest's line: no annotated slice, a file that cannot be read, a
/// mask of another size; WeightsError when the network's answer is no number; Interrupted.
std::vector<PictureResult> run_segmenter(inference::SegmenterRunner& segmenter,
                                         const data::Manifest& manifest,
                                         const SegmenterRunOptions& options, Progress& progress,
                                         const std::stop_token& stop);

}  // namespace jcs::evaluation
