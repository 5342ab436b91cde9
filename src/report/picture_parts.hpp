#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <opencv2/core.hpp>

namespace jcs::report {

// Pieces of pictures as the page holds them.

std::string base64(std::span<const std::byte> bytes);

/// SVG path data around a mask (CV_8UC1, not 0: inside), in pixels: outer and inner outlines,
/// through the centres of the pixels at the edge.
/// @param tolerance how far the path may leave the outline, pixels; 0: not at all
std::string outline_path(const cv::Mat& mask, double tolerance = 0.0);

/// A grey picture (CV_8UC1) as JPEG, base64. @throws OutputError
std::string jpeg_base64(const cv::Mat& grey, int quality);

}  // namespace jcs::report
