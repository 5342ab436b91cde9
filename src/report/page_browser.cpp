#include <algorithm>
#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

#include "jcs/core/parallel.hpp"
#include "jcs/imaging/picture.hpp"

#include "body_axes.hpp"
#include "format.hpp"
#include "opacity_mask.hpp"
#include "page.hpp"
#include "picture_parts.hpp"
#include "planes.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using diagnosis::SliceResult;
using imaging::CtVolume;

constexpr double kTolerance = 0.8;  // of the outlines, pixels

/// How the slices are stored; the next one when all of them together are too large.
struct Encoding {
  int longest_side, quality;
};
constexpr Encoding kEncodings[] = {{448, 70}, {384, 55}, {320, 45}, {256, 35}, {192, 30}};
constexpr std::size_t kLargest = 7'000'000;  // of all slices, base64
constexpr std::size_t kSamples = 16;         // slices that say how large all will be

/// Every `step`th slice.
std::vector<std::string> encode(const CtVolume& volume, const ReportOptions& options,
                                const Encoding& encoding, std::size_t step) {
  Preprocessing window;
  window.window_center = options.window_center;
  window.window_width = options.window_width;
  const double scale = std::min(
      1.0, encoding.longest_side / static_cast<double>(std::max(volume.rows, volume.columns)));
  const cv::Size size(std::max(1, static_cast<int>(std::lround(volume.columns * scale))),
                      std::max(1, static_cast<int>(std::lround(volume.rows * scale))));
  std::vector<std::string> pictures((volume.slice_count() + step - 1) / step);
  parallel_for(pictures.size(), 0, {}, [&](std::size_t i) {
    cv::Mat grey = imaging::windowed(volume, i * step, window);
    cv::resize(grey, grey, size, 0, 0, cv::INTER_AREA);
    pictures[i] = jpeg_base64(grey, encoding.quality);
  });
  return pictures;
}

std::size_t mean_size(const std::vector<std::string>& pictures) {
  std::size_t size = 0;
  for (const std::string& picture : pictures) size += picture.size();
  return size / std::max<std::size_t>(1, pictures.size());
}

std::vector<std::string> pictures_of(const CtVolume& volume, const ReportOptions& options) {
  const std::size_t count = volume.slice_count();
  const std::size_t step = std::max<std::size_t>(1, count / kSamples);
  std::vector<std::string> pictures;
  for (const Encoding& encoding : kEncodings) {
    const bool coarsest = &encoding == std::end(kEncodings) - 1;
    if (step > 1 && !coarsest &&
        count * mean_size(encode(volume, options, encoding, step)) > kLargest) {
      continue;
    }
    pictures = encode(volume, options, encoding, 1);
    if (count * mean_size(pictures) <= kLargest) break;
  }
  return pictures;
}

std::string slice_text(const CaseResult& result, std::size_t k) {
  const SliceResult& slice = result.slices[k];
  std::string text =
      "Slice " + std::to_string(k + 1) + " of " + std::to_string(result.slices.size());
  if (std::isfinite(slice.location_mm)) text += " · " + fixed(slice.location_mm, 1) + " mm";
  text += " · probability " + fixed(slice.probability, 3) + (slice.positive ? ", positive" : "");
  if (slice.opacity_area_mm2) {
    text += " · opacity " + fixed(*slice.opacity_area_mm2 / 100.0, 1) + " cm²";
  } else if (result.segmented && !slice.opacity_pixels) {
    text += " · opacity " + std::string(kNotLookedAt);
  }
  return text;
}

cv::Mat slice_mask(const std::vector<std::uint8_t>& mask, const CtVolume& volume, std::size_t k) {
  return cv::Mat(volume.rows, volume.columns, CV_8UC1,
                 const_cast<std::uint8_t*>(mask.data() + k * volume.pixels()))
      .clone();
}

std::size_t start_slice(const CaseResult& result) {
  if (!result.findings.lesions.empty()) return result.findings.lesions.front().largest_slice;
  std::size_t most = 0;
  for (std::size_t k = 1; k < result.slices.size(); ++k) {
    if (result.slices[k].probability > result.slices[most].probability) most = k;
  }
  return most;
}

/// Data inside a script element must not end it.
std::string script_data(const nlohmann::ordered_json& json) {
  std::string text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at)) {
    text.replace(at, 1, "\\u003c");
  }
  return text;
}

std::string slice_data(const CaseResult& result, const CtVolume& volume,
                       const ReportOptions& options) {
  const std::vector<std::string> pictures = pictures_of(volume, options);
  std::vector<nlohmann::ordered_json> slices(volume.slice_count());
  parallel_for(volume.slice_count(), 0, {}, [&](std::size_t k) {
    slices[k] = {{"text", slice_text(result, k)}, {"picture", pictures[k]}};
    if (!result.opacity_mask.empty()) {
      slices[k]["opacity"] = outline_path(slice_mask(result.opacity_mask, volume, k), kTolerance);
    }
    if (!result.lung_mask.empty()) {
      slices[k]["lungs"] = outline_path(slice_mask(result.lung_mask, volume, k), kTolerance);
    }
  });
  nlohmann::ordered_json data = {{"start", start_slice(result)}, {"slices", std::move(slices)}};
  if (const std::vector<double> heights = slice_heights(volume); !heights.empty()) {
    data["heights"] = heights;
  }
  return script_data(data);
}

PageData plane_data(const char* id, const std::string& title, const Plane& plane) {
  PageData data;
  data["id"] = id;
  data["title"] = title;
  data["width"] = std::to_string(plane.width);
  data["height"] = std::to_string(plane.height);
  data["grey"] = plane.grey;
  data["opacity"] = text_or_false(plane.opacity);
  data["lungs"] = text_or_false(plane.lungs);
  data["edge_left"] = text_or_false(plane.edge_left);
  data["edge_right"] = text_or_false(plane.edge_right);
  data["font"] = fixed(plane.width * 0.06, 1);
  return data;
}

/// Through the middle of the largest opacity, else of the volume.
PageData planes(const CaseResult& result, const CtVolume& volume, const ReportOptions& options) {
  PageData list = page_list();
  if (!(volume.voxel_volume_ml() > 0) || volume.slice_count() < 2) return list;
  int row = volume.rows / 2;
  int column = volume.columns / 2;
  if (!result.findings.lesions.empty()) {
    const auto& [first_row, first_column, rows, columns] = result.findings.lesions.front().box;
    row = std::clamp(first_row + rows / 2, 0, volume.rows - 1);
    column = std::clamp(first_column + columns / 2, 0, volume.columns - 1);
  }
  // Where the scanner stored slices turned, a row runs along the body's front and back.
  const auto name = [&](const imaging::Vec3& across, const char* otherwise) {
    const std::string plane = orientation_known(volume) ? plane_name(across) : std::string();
    return plane.empty() ? otherwise : plane;
  };
  list << plane_data("at-row", name(volume.column_direction, "Along the columns"),
                     plane_at_row(result, volume, row, options));
  list << plane_data("at-column", name(volume.row_direction, "Along the rows"),
                     plane_at_column(result, volume, column, options));
  return list;
}

}  // namespace

PageData browser(const CaseResult& result, const CtVolume& volume, const ReportOptions& options) {
  PageData data;
  if (volume.slice_count() == 0) return {false};
  const double aspect = pixel_aspect(volume);
  data["data"] = slice_data(result, volume, options);
  data["count"] = std::to_string(volume.slice_count());
  data["width"] = std::to_string(volume.columns);
  data["height"] = fixed(volume.rows * aspect, 1);
  data["aspect"] = fixed(aspect, 5);
  data["font"] = fixed(volume.columns * 0.04, 1);
  const bool oriented = orientation_known(volume);
  data["edge_left"] = text_or_false(oriented ? edge_letter(opposite(volume.row_direction)) : "");
  data["edge_right"] = text_or_false(oriented ? edge_letter(volume.row_direction) : "");
  data["edge_top"] = text_or_false(oriented ? edge_letter(opposite(volume.column_direction)) : "");
  data["edge_bottom"] = text_or_false(oriented ? edge_letter(volume.column_direction) : "");
  data["has_opacity"] = !result.opacity_mask.empty();
  data["has_lungs"] = !result.lung_mask.empty();
  data["has_maps"] = !result.activation_maps.empty();
  data["planes"] = planes(result, volume, options);
  return data;
}

}  // namespace jcs::report
