#include "raster.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"

namespace jcs::imaging {
namespace {

std::string lower_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw InputError({.what = "is no file", .where = file.string()});
  }
  return read_file(file);
}

}  // namespace

bool named_like_picture(const std::filesystem::path& file) {
  static constexpr std::array<const char*, 6> kEndings = {".png", ".jpg", ".jpeg",
                                                          ".bmp", ".tif", ".tiff"};
  const std::string extension = lower_extension(file);
  return std::find(kEndings.begin(), kEndings.end(), extension) != kEndings.end();
}

cv::Mat read_raster(const std::filesystem::path& file) {
  static const auto silenced =
      cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  static_cast<void>(silenced);
  const std::string bytes = bytes_of(file);
  cv::Mat picture;
  try {
    // OpenCV itself refuses more than 2^30 pixels before it allocates.
    if (!bytes.empty() && bytes.size() <= std::numeric_limits<int>::max()) {
      const cv::Mat packed(1, static_cast<int>(bytes.size()), CV_8UC1,
                           const_cast<char*>(bytes.data()));  // read only
      picture = cv::imdecode(packed, cv::IMREAD_UNCHANGED);
    }
  } catch (const cv::Exception&) {
    picture.release();
  }
  if (picture.empty()) {
    throw InputError({.what = "is no picture that can be decoded, or is damaged",
                      .where = file.string(),
                      .expected = "PNG, JPEG, BMP or TIFF"});
  }
  return picture;
}

cv::Mat read_grey(const std::filesystem::path& file) {
  cv::Mat picture = read_raster(file);
  if (picture.depth() != CV_8U) {
    throw InputError({.what = "the picture has not 8 bits per value: its window is not known",
                      .where = file.string(),
                      .expected = "8 bits",
                      .got = std::to_string(8 * picture.elemSize1()) + " bits"});
  }
  if (picture.channels() == 1) return picture;
  std::vector<cv::Mat> channels;
  cv::split(picture, channels);
  // Grey with alpha has two channels, colour three or four; alpha is ignored.
  const std::size_t colours = channels.size() < 3 ? 1 : 3;
  for (std::size_t i = 1; i < colours; ++i) {
    if (cv::norm(channels[0], channels[i], cv::NORM_INF) > 0) {
      throw InputError({.what = "the picture is coloured",
                        .where = file.string(),
                        .expected = "a grey CT slice"});
    }
  }
  return channels[0];
}

}  // namespace jcs::imaging
