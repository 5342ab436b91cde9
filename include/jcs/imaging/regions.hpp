#pragma once

#include <vector>

#include <opencv2/core.hpp>

namespace jcs::imaging {

/// One connected opacity of an annotation.
struct Region {
  int area = 0;        ///< pixels
  cv::Rect box;        ///< the smallest rectangle around it, pixels
  cv::Point2d centre;  ///< mean place of its pixels' centres; the picture's corner is (0, 0)
};

/// The connected opacities of a mask (CV_8UC1, everything but 0 is opacity); pixels that touch at a
/// corner are connected. Those of fewer pixels than `least_area` are left out. From top to bottom,
/// then from left to right.
std::vector<Region> opacity_regions(const cv::Mat& mask, int least_area = 1);

}  // namespace jcs::imaging
