#pragma once

#include <filesystem>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace jcs::test {

/// A black picture with a filled rectangle of `value`.
inline cv::Mat rectangle(int rows, int columns, const cv::Rect& box, int value = 255) {
  cv::Mat picture = cv::Mat::zeros(rows, columns, CV_8UC1);
  picture(box).setTo(value);
  return picture;
}

inline void write_picture(const std::filesystem::path& file, const cv::Mat& picture) {
  std::filesystem::create_directories(file.parent_path());
  cv::imwrite(file.string(), picture);
}

}  // namespace jcs::test
