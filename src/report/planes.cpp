#include "planes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <opencv2/imgproc.hpp>

#include "jcs/core/preprocessing.hpp"
#include "jcs/imaging/picture.hpp"
#include "jcs/imaging/slice_steps.hpp"

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

/// The height of all slices together, mm.
double whole_height(const CtVolume& volume) {
  const double even = static_cast<double>(volume.slice_count()) * volume.slice_spacing_mm;
  if (slice_heights(volume).empty()) return even;
  const std::vector<imaging::SliceReach> reaches = imaging::slice_reaches(volume);
  return volume.slices.back().location_mm - volume.slices.front().location_mm +
         reaches.front().below_mm + reaches.back().above_mm;
}

/// The row of a cut, of the lines of slices from the last to the first, that shows this height.
double line_at(const std::vector<double>& heights, double height) {
  const auto above = std::upper_bound(heights.begin(), heights.end(), height);
  const auto last = static_cast<double>(heights.size() - 1);
  if (above == heights.begin()) return last;
  if (above == heights.end()) return 0;
  const double share = (height - *(above - 1)) / (*above - *(above - 1));
  return last - (static_cast<double>(above - heights.begin()) - 1 + share);
}

/// Drawn at its size, each slice where it lies.
cv::Mat drawn(const cv::Mat& lines, const cv::Size& size, const std::vector<double>& heights,
              int interpolation) {
  cv::Mat out;
  if (heights.empty()) {
    cv::resize(lines, out, size, 0, 0, interpolation);
    return out;
  }
  cv::Mat columns(size, CV_32FC1), rows(size, CV_32FC1);
  for (int y = 0; y < size.height; ++y) {
    rows.row(y).setTo(line_at(heights, 1 - (y + 0.5) / size.height));
    auto* column = columns.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) {
      column[x] = static_cast<float>((x + 0.5) * lines.cols / size.width - 0.5);
    }
  }
  cv::remap(lines, out, columns, rows, interpolation, cv::BORDER_REPLICATE);
  return out;
}

std::string outline(const CtVolume& volume, const std::vector<std::uint8_t>& mask, int length,
                    const cv::Size& size, const std::vector<double>& heights,
                    const std::function<std::size_t(int)>& pixel) {
  if (mask.empty()) return {};
  const cv::Mat lines = cut(volume, mask.data(), length, CV_8UC1, pixel);
  const cv::Mat plane = drawn(lines, size, heights, cv::INTER_NEAREST);
  return outline_path(plane, 0.5);
}

Plane plane_of(const CaseResult& result, const CtVolume& volume, int length, double step_mm,
               const imaging::Vec3& direction, const ReportOptions& options,
               const std::function<std::size_t(int)>& pixel) {
  const cv::Size size = size_of(length * step_mm, whole_height(volume));
  const std::vector<double> heights = slice_heights(volume);
  Preprocessing window;
  window.window_center = options.window_center;
  window.window_width = options.window_width;
  cv::Mat grey = imaging::windowed(cut(volume, volume.hu.data(), length, CV_16SC1, pixel), window);
  grey = drawn(grey, size, heights, cv::INTER_LINEAR);
  const bool oriented = orientation_known(volume);
  return {.width = size.width,
          .height = size.height,
          .grey = jpeg_base64(grey, kQuality),
          .opacity = outline(volume, result.opacity_mask, length, size, heights, pixel),
          .lungs = outline(volume, result.lung_mask, length, size, heights, pixel),
          .edge_left = oriented ? edge_letter(opposite(direction)) : std::string(),
          .edge_right = oriented ? edge_letter(direction) : std::string()};
}

}  // namespace

std::vector<double> slice_heights(const CtVolume& volume) {
  const auto not_above = [](const imaging::SliceInfo& a, const imaging::SliceInfo& b) {
    return !(b.location_mm > a.location_mm);  // nor where either is not known
  };
  const bool rising = std::adjacent_find(volume.slices.begin(), volume.slices.end(), not_above) ==
                      volume.slices.end();
  if (!rising || imaging::evenly_spaced(volume)) return {};
  const std::vector<imaging::SliceReach> reaches = imaging::slice_reaches(volume);
  const double lowest = volume.slices.front().location_mm - reaches.front().below_mm;
  const double highest = volume.slices.back().location_mm + reaches.back().above_mm;
  std::vector<double> heights;
  for (const imaging::SliceInfo& slice : volume.slices) {
    heights.push_back((slice.location_mm - lowest) / (highest - lowest));
  }
  return heights;
}

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
