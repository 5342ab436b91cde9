#include "jcs/imaging/fit.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <opencv2/imgproc.hpp>

#include "jcs/core/error.hpp"

namespace jcs::imaging {
namespace {

std::string size_text(int rows, int columns) {
  return std::to_string(rows) + " x " + std::to_string(columns);
}

void require(const cv::Mat& picture, int type, int rows, int columns, const char* what) {
  if (picture.type() != type || picture.rows != rows || picture.cols != columns) {
    throw InputError({.what = std::string(what) + " does not fit",
                      .expected = size_text(rows, columns),
                      .got = size_text(picture.rows, picture.cols)});
  }
}

cv::Mat cut(const cv::Mat& resized, const Fit& fit) {
  return resized(cv::Rect(fit.left, fit.top, fit.input_columns, fit.input_rows)).clone();
}

bool shrinks(const Fit& fit) { return fit.resized_rows < fit.rows; }

}  // namespace

Fit fit(int rows, int columns, const Preprocessing& preprocessing) {
  Fit fit;
  fit.rows = fit.resized_rows = rows;
  fit.columns = fit.resized_columns = columns;
  if (preprocessing.resize > 0 && rows > 0 && columns > 0) {
    const auto other = [&](int longer, int shorter) {
      const std::int64_t resized = std::int64_t{preprocessing.resize} * longer / shorter;
      // A file of some bytes may be a line of a million pixels.
      constexpr std::int64_t kMostPixels = std::int64_t{1} << 26;
      if (resized * preprocessing.resize > kMostPixels) {
        throw InputError({.what = "the slice is too long for its width: resized it would have " +
                                  std::to_string(resized * preprocessing.resize) + " pixels",
                          .expected = "at most " + std::to_string(kMostPixels),
                          .got = size_text(rows, columns)});
      }
      return static_cast<int>(resized);
    };
    fit.resized_rows = rows <= columns ? preprocessing.resize : other(rows, columns);
    fit.resized_columns = rows <= columns ? other(columns, rows) : preprocessing.resize;
  }
  const int crop = preprocessing.crop;
  if (rows < 1 || columns < 1 || crop > std::min(fit.resized_rows, fit.resized_columns)) {
    throw InputError({.what = "the crop is larger than the resized slice",
                      .expected = "at least " + size_text(crop, crop),
                      .got = size_text(fit.resized_rows, fit.resized_columns)});
  }
  fit.input_rows = crop > 0 ? crop : fit.resized_rows;
  fit.input_columns = crop > 0 ? crop : fit.resized_columns;
  fit.top = (fit.resized_rows - fit.input_rows) / 2;
  fit.left = (fit.resized_columns - fit.input_columns) / 2;
  return fit;
}

Fit fit(const CtVolume& volume, const Preprocessing& preprocessing) {
  const Turn turn = turn_to_upright(volume);
  const cv::Size size = turned(cv::Size(volume.columns, volume.rows), turn);
  Fit upright = fit(size.height, size.width, preprocessing);
  upright.turn = turn;
  return upright;
}

cv::Mat apply(const Fit& fit, const cv::Mat& grey8) {
  const cv::Mat slice = turned(grey8, fit.turn);
  require(slice, CV_8UC1, fit.rows, fit.columns, "the slice");
  cv::Mat resized = slice;
  if (fit.resized_rows != fit.rows || fit.resized_columns != fit.columns) {
    cv::resize(slice, resized, {fit.resized_columns, fit.resized_rows}, 0, 0,
               shrinks(fit) ? cv::INTER_AREA : cv::INTER_LINEAR);
  }
  return cut(resized, fit);
}

cv::Mat apply_to_mask(const Fit& fit, const cv::Mat& mask) {
  const cv::Mat slice = turned(mask, fit.turn);
  require(slice, CV_8UC1, fit.rows, fit.columns, "the mask");
  cv::Mat resized = slice;
  if (fit.resized_rows != fit.rows || fit.resized_columns != fit.columns) {
    cv::resize(slice, resized, {fit.resized_columns, fit.resized_rows}, 0, 0,
               cv::INTER_NEAREST_EXACT);
  }
  return cut(resized, fit);
}

void normalise(const cv::Mat& grey8, const Preprocessing& preprocessing, float* chw) {
  require(grey8, CV_8UC1, grey8.rows, grey8.cols, "the input");
  for (std::size_t channel = 0; channel < 3; ++channel) {
    std::array<float, 256> table{};
    for (std::size_t grey = 0; grey < table.size(); ++grey) {
      table[grey] =
          static_cast<float>((static_cast<double>(grey) / 255.0 - preprocessing.mean[channel]) /
                             preprocessing.std[channel]);
    }
    for (int row = 0; row < grey8.rows; ++row) {
      const std::uint8_t* pixels = grey8.ptr<std::uint8_t>(row);
      chw = std::transform(pixels, pixels + grey8.cols, chw,
                           [&](std::uint8_t grey) { return table[grey]; });
    }
  }
}

cv::Mat restore(const cv::Mat& map32f, const Fit& fit) {
  require(map32f, CV_32FC1, fit.input_rows, fit.input_columns, "the map");
  cv::Mat resized = map32f;
  if (fit.input_rows != fit.resized_rows || fit.input_columns != fit.resized_columns) {
    resized = cv::Mat::zeros(fit.resized_rows, fit.resized_columns, CV_32FC1);
    map32f.copyTo(resized(cv::Rect(fit.left, fit.top, fit.input_columns, fit.input_rows)));
  }
  cv::Mat slice;
  if (fit.resized_rows == fit.rows && fit.resized_columns == fit.columns) {
    return turned_back(resized, fit.turn).clone();
  }
  cv::resize(resized, slice, {fit.columns, fit.rows}, 0, 0, cv::INTER_LINEAR);
  return turned_back(slice, fit.turn);
}

}  // namespace jcs::imaging
