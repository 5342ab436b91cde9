#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>

namespace jcs::imaging {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// The slice (CV_8UC1) in colour channels (CV_8UC3, BGR as OpenCV has it).
cv::Mat to_colour(const cv::Mat& grey8);

/// Draws the outlines of all regions of a 0/1 mask (CV_8UC1) into a picture of the same size, inner
/// outlines of holes included.
void draw_outline(cv::Mat& bgr, const cv::Mat& mask, Colour colour, int thickness = 1);

/// Lays a map of 0 … 1 (CV_32FC1, size of the slice) over a slice as heat, from blue to red. What
/// the map calls 0 stays grey; `strength` is the share of colour where it is 1.
cv::Mat with_heat(const cv::Mat& grey8, const cv::Mat& map32f, double strength = 0.6);

/// Enlarges or shrinks to a width, aspect kept.
cv::Mat scaled_to_width(const cv::Mat& picture, int width);

/// A PNG file in memory, of CV_8UC1 or CV_8UC3. @throws OutputError when it cannot be encoded.
std::vector<std::byte> encode_png(const cv::Mat& picture);

}  // namespace jcs::imaging
