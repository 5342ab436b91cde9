#include "lung_outline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <opencv2/imgproc.hpp>

namespace jcs::diagnosis {

std::vector<cv::Point> hull_of(const cv::Mat& mask) {
  // What lies between the ends of a row is no corner, and sorting all of it would take longest.
  std::vector<cv::Point> ends, hull;
  for (int row = 0; row < mask.rows; ++row) {
    const auto* first = mask.ptr<std::uint8_t>(row);
    const auto* last = first + mask.cols;
    const auto inside = [](std::uint8_t value) { return value != 0; };
    const auto* left = std::find_if(first, last, inside);
    if (left == last) continue;
    const auto* right = last - 1;
    while (!inside(*right)) --right;
    ends.emplace_back(static_cast<int>(left - first), row);
    ends.emplace_back(static_cast<int>(right - first), row);
  }
  if (!ends.empty()) cv::convexHull(ends, hull);
  return hull;
}

LungOutline::LungOutline(const cv::Mat& lungs, double row_mm, double column_mm)
    : row_mm_(row_mm), column_mm_(column_mm) {
  const std::vector<cv::Point> hull = hull_of(lungs);
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const cv::Point next = hull[(i + 1) % hull.size()];
    const cv::Point2d from(hull[i].x * column_mm, hull[i].y * row_mm);
    const cv::Point2d edge = cv::Point2d(next.x * column_mm, next.y * row_mm) - from;
    const double length = std::hypot(edge.x, edge.y);
    if (!(length > 0)) continue;
    const cv::Point2d normal(-edge.y / length, edge.x / length);
    edges_.push_back({normal, normal.dot(from)});
  }
}

double LungOutline::depth_mm(int row, int column) const {
  double depth = std::numeric_limits<double>::infinity();
  const cv::Point2d at(column * column_mm_, row * row_mm_);
  for (const Line& edge : edges_) {
    depth = std::min(depth, std::abs(edge.normal.dot(at) - edge.offset));
  }
  return depth;
}

}  // namespace jcs::diagnosis
