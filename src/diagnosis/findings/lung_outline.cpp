#include "lung_outline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <opencv2/imgproc.hpp>

namespace jcs::diagnosis {

LungOutline::LungOutline(const cv::Mat& lungs, double row_mm, double column_mm)
    : row_mm_(row_mm), column_mm_(column_mm) {
  std::vector<cv::Point> pixels;
  cv::findNonZero(lungs, pixels);
  if (pixels.empty()) return;
  std::vector<cv::Point> hull;
  cv::convexHull(pixels, hull);
  for (const cv::Point& corner : hull) {
    corners_.emplace_back(corner.x * column_mm_, corner.y * row_mm_);
  }
}

double LungOutline::depth_mm(int row, int column) const {
  double depth = std::numeric_limits<double>::infinity();
  const cv::Point2d at(column * column_mm_, row * row_mm_);
  for (std::size_t i = 0; i < corners_.size(); ++i) {
    const cv::Point2d from = corners_[i];
    const cv::Point2d edge = corners_[(i + 1) % corners_.size()] - from;
    const double length = std::hypot(edge.x, edge.y);
    if (length > 0) depth = std::min(depth, std::abs(edge.cross(at - from)) / length);
  }
  return depth;
}

}  // namespace jcs::diagnosis
