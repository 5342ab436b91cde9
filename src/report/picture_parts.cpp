#include "picture_parts.hpp"

#include <cstdint>
#include <vector>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <openssl/evp.h>

#include "jcs/core/error.hpp"

namespace jcs::report {

std::string base64(std::span<const std::byte> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string outline_path(const cv::Mat& mask, double tolerance) {
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(mask, outlines, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
  std::string path;
  for (std::vector<cv::Point>& outline : outlines) {
    if (tolerance > 0) cv::approxPolyDP(outline, outline, tolerance, true);
    char command = 'M';
    for (const cv::Point& point : outline) {
      path += command + std::to_string(point.x) + ".5 " + std::to_string(point.y) + ".5";
      command = 'L';
    }
    path += 'Z';
  }
  return path;
}

std::string jpeg_base64(const cv::Mat& grey, int quality) {
  std::vector<std::uint8_t> jpeg;
  if (!cv::imencode(".jpg", grey, jpeg, {cv::IMWRITE_JPEG_QUALITY, quality})) {
    throw OutputError({.what = "a picture of the report cannot be encoded as JPEG"});
  }
  return base64(std::as_bytes(std::span(jpeg)));
}

}  // namespace jcs::report
