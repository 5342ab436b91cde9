#include "planes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <opencv2/imgproc.hpp>

#include "jcs/core/preprocessing.hpp"
#include "jcs/imaging/picture.hpp"

#include "body_axes.hpp"
#include "picture_parts.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using imaging::CtVolume;

constexpr int kLongestSide = 384;
constexpr int kQuality = 75;

/// One line of each slice, the last slice first.
template <class Value>
cv::Mat cut(const CtVolume& volume, const Value* values, int length, int type,
            const std::function<std::size_t(int)>& pixel) {
  cv::Mat plane(static_cast<int>(volume.slice_count()), length, type);
  for (int k = 0; k < plane.rows; ++k) {
    const Value* slice =
        values + (volume.slice_count() - 1 - static_cast<std::size_t>(k)) * volume.pixels();
    auto* out = plane.ptr<Value>(k);
    for (int i = 0; i < length; ++i) out[i] = slice[pixel(i)];
  }
  return plane;
}

cv::Size size_of(double width_mm, double height_mm) {
  const double scale = kLongestSide / std::max(width_mm, height_mm);
  return {std::max(1, static_cast<int>(std::lround(width_mm * scale))),
          std::max(1, static_cast<int>(std::lround(height_mm * scale)))};
}

std::string outline(const CtVolume& volume, const std::vector<std::uint8_t>& mask, int length,
                    const cv::Size& size, const std::function<std::size_t(int)>& pixel) {
  if (mask.empty()) return {};
  cv::Mat plane = cut(volume, mask.data(), length, CV_8UC1, pixel);
  cv::resize(plane, plane, size, 0, 0, cv::INTER_NEAREST);
  return outline_path(plane, 0.5);
}

Plane plane_of(const CaseResult& result, const CtVolume& volume, int length, double step_mm,
               const imaging::Vec3& direction, const ReportOptions& options,
               const std::function<std::size_t(int)>& pixel) {
  const cv::Size size = size_of(
      length * step_mm, static_cast<double>(volume.slice_count()) * volume.slice_spacing_mm);
  Preprocessing window;
  window.window_center = options.window_center;
  window.window_width = options.window_width;
  cv::Mat grey = imaging::windowed(cut(volume, volume.hu.data(), length, CV_16SC1, pixel), window);
  cv::resize(grey, grey, size, 0, 0, cv::INTER_LINEAR);
  const bool oriented = orientation_known(volume);
  return {.width = size.width,
          .height = size.height,
          .grey = jpeg_base64(grey, kQuality),
          .opacity = outline(volume, result.opacity_mask, length, size, pixel),
          .lungs = outline(volume, result.lung_mask, length, size, pixel),
          .edge_left = oriented ? edge_letter(opposite(direction)) : std::string(),
          .edge_right = oriented ? edge_letter(direction) : std::string()};
}

}  // namespace

Plane plane_at_row(const CaseResult& result, const CtVolume& volume, int row,
                   const ReportOptions& options) {
  const auto columns = static_cast<std::size_t>(volume.columns);
  return plane_of(
      result, volume, volume.columns, volume.column_spacing_mm, volume.row_direction, options,
      [=](int i) { return static_cast<std::size_t>(row) * columns + static_cast<std::size_t>(i); });
}

Plane plane_at_column(const CaseResult& result, const CtVolume& volume, int column,
                      const ReportOptions& options) {
  const auto columns = static_cast<std::size_t>(volume.columns);
  return plane_of(result, volume, volume.rows, volume.row_spacing_mm, volume.column_direction,
                  options, [=](int i) {
                    return static_cast<std::size_t>(i) * columns + static_cast<std::size_t>(column);
                  });
}

}  // namespace jcs::report
