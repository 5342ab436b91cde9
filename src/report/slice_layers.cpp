#include "slice_layers.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "jcs/core/error.hpp"
#include "jcs/imaging/overlay.hpp"
#include "jcs/imaging/picture.hpp"

#include "opacity_mask.hpp"
#include "picture_parts.hpp"

namespace jcs::report {

namespace {

/// Activation maps are smooth: more pixels would only make the page larger.
constexpr int kHeatSide = 128;
constexpr double kHeatStrength = 0.65;  ///< opacity of the colour where the map is 1

std::string heat_png(const std::vector<float>& values, int rows, int columns) {
  const cv::Mat map = cv::Mat(rows, columns, CV_32FC1, const_cast<float*>(values.data())).clone();
  cv::patchNaNs(map, 0.0);
  const double shrink = std::min(1.0, kHeatSide / static_cast<double>(std::max(rows, columns)));
  cv::Mat small;
  cv::resize(map, small,
             {std::max(1, static_cast<int>(columns * shrink)),
              std::max(1, static_cast<int>(rows * shrink))},
             0, 0, cv::INTER_AREA);
  cv::Mat level;
  small.convertTo(level, CV_8UC1, 255.0);
  cv::Mat bgr;
  cv::applyColorMap(level, bgr, cv::COLORMAP_INFERNO);
  cv::Mat alpha;
  level.convertTo(alpha, CV_8UC1, kHeatStrength);
  cv::Mat bgra;
  cv::merge(std::vector<cv::Mat>{bgr, alpha}, bgra);  // channels of bgr, then alpha
  std::vector<std::uint8_t> png;
  if (!cv::imencode(".png", bgra, png, {cv::IMWRITE_PNG_COMPRESSION, 9})) {
    throw OutputError({.what = "an activation map cannot be encoded as PNG"});
  }
  return base64(std::as_bytes(std::span(png)));
}

}  // namespace

SliceLayers slice_layers(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                         std::size_t slice, const ReportOptions& options) {
  Preprocessing window;
  window.window_center = options.window_center;
  window.window_width = options.window_width;
  const std::vector<std::byte> grey = imaging::encode_png(imaging::windowed(volume, slice, window));
  SliceLayers layers;
  layers.grey = base64(grey);
  const auto map =
      std::find_if(result.activation_maps.begin(), result.activation_maps.end(),
                   [slice](const auto& candidate) { return candidate.slice == slice; });
  if (map != result.activation_maps.end()) {
    layers.heat = heat_png(map->values, volume.rows, volume.columns);
  }
  if (const cv::Mat mask = opacity_mask(result, volume, slice); !mask.empty()) {
    layers.outline = outline_path(mask);
  }
  return layers;
}

}  // namespace jcs::report
