#include "jcs/imaging/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <opencv2/imgproc.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"

#include "dicom_file.hpp"
#include "pixel_layout.hpp"
#include "raster.hpp"
#include "rescale.hpp"

namespace jcs::imaging {
namespace {

cv::Mat window(std::span<const std::int16_t> hu, int rows, int columns, const Preprocessing& p) {
  const double low = p.window_center - p.window_width / 2.0;
  const auto grey_of = [&](int value) {
    const double share = std::clamp((value - low) / p.window_width, 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(255.0 * share));
  };
  // The window has far fewer values than a slice has pixels, so each value is computed once; what
  // lies outside is as its nearer end.
  const auto stored = [](double value) {
    using Limits = std::numeric_limits<std::int16_t>;
    return static_cast<int>(std::clamp<double>(value, Limits::min(), Limits::max()));
  };
  const int first = stored(std::floor(low)), last = stored(std::ceil(low + p.window_width));
  std::vector<std::uint8_t> table;
  for (int value = first; value <= last; ++value) table.push_back(grey_of(value));
  cv::Mat grey(rows, columns, CV_8UC1);
  std::transform(hu.begin(), hu.end(), grey.ptr<std::uint8_t>(), [&](std::int16_t value) {
    return table[static_cast<std::size_t>(std::clamp<int>(value, first, last) - first)];
  });
  return grey;
}

cv::Mat decode_dicom(const std::filesystem::path& file) {
  const DicomFile dicom(file);
  const PixelLayout layout = pixel_layout(dicom);
  const std::string modality = dicom.text(DCM_Modality);
  if (modality != "CT") {
    throw InputError({.what = "is no CT slice: only CT has Hounsfield units",
                      .where = file.string() + ": " + tag_name(DCM_Modality),
                      .expected = "CT",
                      .got = modality.empty() ? "nothing" : modality});
  }
  if (layout.frames != 1) {
    throw InputError({.what = "has several frames where one slice is wanted",
                      .where = file.string(),
                      .expected = "1 frame",
                      .got = std::to_string(layout.frames)});
  }
  std::vector<std::int16_t> hu = read_hu(dicom, layout, 0).hu;
  return cv::Mat(layout.rows, layout.columns, CV_16SC1, hu.data()).clone();
}

bool is_jpeg(const std::string& bytes) { return bytes.starts_with("\xFF\xD8"); }

/// The colour of palette entry 0 of a PNG with a palette (PNG specification, 11.2.2 and 11.2.3), as
/// BGR. OpenCV hands out palette pictures as colours only.
std::optional<cv::Vec3b> first_palette_colour(const std::string& png) {
  constexpr std::size_t kColourTypeAt = 25;
  if (!png.starts_with("\x89PNG") || png.size() <= kColourTypeAt || png[kColourTypeAt] != 3) {
    return std::nullopt;
  }
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(png[at]); };
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const std::size_t length = (std::size_t{byte(at)} << 24U) | (std::size_t{byte(at + 1)} << 16U) |
                               (std::size_t{byte(at + 2)} << 8U) | byte(at + 3);
    if (png.compare(at + 4, 4, "PLTE") == 0 && length >= 3 && at + 11 <= png.size()) {
      return cv::Vec3b(byte(at + 10), byte(at + 9), byte(at + 8));
    }
    at += 12 + length;
  }
  return std::nullopt;
}

template <class Value>
std::size_t count_values(const cv::Mat& channel) {
  std::vector<bool> seen(std::size_t{std::numeric_limits<Value>::max()} + 1);
  for (auto value = channel.begin<Value>(); value != channel.end<Value>(); ++value) {
    seen[*value] = true;
  }
  return static_cast<std::size_t>(std::ranges::count(seen, true));
}

// An annotation has one value, or one for each of a few structures. Many shades are a slice, a
// probability map or a mask that was blurred on its way, and would silently become one big opacity.
void refuse_shades(const std::vector<cv::Mat>& channels, const std::filesystem::path& file) {
  constexpr std::size_t kMost = 16;
  for (const cv::Mat& channel : channels) {
    if (channel.depth() != CV_8U && channel.depth() != CV_16U) {
      throw InputError(
          {"is no mask", file.string(), "8 or 16 bits a pixel", "floating-point numbers"});
    }
    const std::size_t values = channel.depth() == CV_8U ? count_values<std::uint8_t>(channel)
                                                        : count_values<std::uint16_t>(channel);
    if (values > kMost) {
      throw InputError({"is no mask", file.string(), "at most " + std::to_string(kMost) + " values",
                        std::to_string(values)});
    }
  }
}

}  // namespace

cv::Mat windowed(const CtVolume& volume, std::size_t slice, const Preprocessing& preprocessing) {
  const auto values = volume.slice(slice);
  if (!volume.windowed) return window(values, volume.rows, volume.columns, preprocessing);
  cv::Mat grey(volume.rows, volume.columns, CV_8UC1);
  std::transform(values.begin(), values.end(), grey.begin<std::uint8_t>(), [](std::int16_t value) {
    return static_cast<std::uint8_t>(std::clamp<int>(value, 0, 255));
  });
  return grey;
}

cv::Mat windowed(const cv::Mat& decoded, const Preprocessing& preprocessing) {
  if (decoded.type() == CV_8UC1) return decoded;
  CV_Assert(decoded.type() == CV_16SC1 && decoded.isContinuous());
  return window({decoded.ptr<std::int16_t>(), decoded.total()}, decoded.rows, decoded.cols,
                preprocessing);
}

cv::Mat decode_picture(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw InputError({.what = "is no file", .where = file.string()});
  }
  return begins_like_dicom(file) ? decode_dicom(file) : read_grey(file);
}

cv::Mat read_picture(const std::filesystem::path& file, const Preprocessing& preprocessing) {
  return windowed(decode_picture(file), preprocessing);
}

cv::Mat read_mask(const std::filesystem::path& file) {
  const cv::Mat picture = read_raster(file);
  const std::string content = read_file(file);
  if (is_jpeg(content)) {
    throw InputError({.what = "a mask cannot be JPEG, whose losses spoil its edges",
                      .where = file.string(),
                      .expected = "PNG"});
  }
  std::vector<cv::Mat> channels;
  cv::split(picture, channels);
  const std::size_t colours = channels.size() < 3 ? 1 : 3;
  refuse_shades(channels, file);
  const cv::Vec3b background = first_palette_colour(content).value_or(cv::Vec3b(0, 0, 0));
  cv::Mat mask = cv::Mat::zeros(picture.size(), CV_8UC1);
  for (std::size_t i = 0; i < colours; ++i) {
    cv::Mat differs;
    cv::compare(channels[i], cv::Scalar(background[static_cast<int>(i)]), differs, cv::CMP_NE);
    mask |= differs;
  }
  return mask / 255;
}

}  // namespace jcs::imaging
