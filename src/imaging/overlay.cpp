#include "jcs/imaging/overlay.hpp"

#include <algorithm>
#include <cstring>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "jcs/core/error.hpp"

namespace jcs::imaging {

cv::Mat to_colour(const cv::Mat& grey8) {
  cv::Mat bgr;
  cv::cvtColor(grey8, bgr, cv::COLOR_GRAY2BGR);
  return bgr;
}

void draw_outline(cv::Mat& bgr, const cv::Mat& mask, Colour colour, int thickness) {
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(mask, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
  cv::drawContours(bgr, contours, -1, cv::Scalar(colour.blue, colour.green, colour.red), thickness);
}

cv::Mat with_heat(const cv::Mat& grey8, const cv::Mat& map32f, double strength) {
  cv::Mat level;
  map32f.convertTo(level, CV_8UC1, 255.0);
  cv::Mat heat;
  cv::applyColorMap(level, heat, cv::COLORMAP_JET);
  cv::Mat bgr = to_colour(grey8);
  for (int row = 0; row < bgr.rows; ++row) {
    const float* value = map32f.ptr<float>(row);
    const auto* hot = heat.ptr<cv::Vec3b>(row);
    auto* pixel = bgr.ptr<cv::Vec3b>(row);
    for (int column = 0; column < bgr.cols; ++column) {
      const double share = strength * std::clamp(static_cast<double>(value[column]), 0.0, 1.0);
      for (int channel = 0; channel < 3; ++channel) {
        pixel[column][channel] = cv::saturate_cast<std::uint8_t>(
            (1.0 - share) * pixel[column][channel] + share * hot[column][channel]);
      }
    }
  }
  return bgr;
}

cv::Mat scaled_to_width(const cv::Mat& picture, int width) {
  const double scale = static_cast<double>(width) / picture.cols;
  cv::Mat scaled;
  cv::resize(picture, scaled, {width, std::max(1, cvRound(picture.rows * scale))}, 0, 0,
             scale < 1.0 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return scaled;
}

std::vector<std::byte> encode_png(const cv::Mat& picture) {
  std::vector<std::uint8_t> encoded;
  bool done = false;
  try {
    done = cv::imencode(".png", picture, encoded);
  } catch (const cv::Exception&) {
    done = false;
  }
  if (!done) throw OutputError({.what = "the picture cannot be encoded as PNG"});
  std::vector<std::byte> bytes(encoded.size());
  std::memcpy(bytes.data(), encoded.data(), encoded.size());
  return bytes;
}

}  // namespace jcs::imaging
