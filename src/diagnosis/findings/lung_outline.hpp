#pragma once

#include <vector>

#include <opencv2/core.hpp>

namespace jcs::diagnosis {

/// The convex hull of what is not 0 in a CV_8UC1 mask; empty where all is.
std::vector<cv::Point> hull_of(const cv::Mat& mask);

/// The outline around both lungs in one slice, as a convex polygon in mm.
class LungOutline {
 public:
  /// @param lungs CV_8UC1, not 0: lung
  LungOutline(const cv::Mat& lungs, double row_mm, double column_mm);

  /// How far a pixel inside lies from the outline, mm.
  [[nodiscard]] double depth_mm(int row, int column) const;

 private:
  /// A line that the outline lies on: distance of (x, y) = |x normal.x + y normal.y - offset|.
  struct Line {
    cv::Point2d normal;
    double offset;
  };

  std::vector<Line> edges_;
  double row_mm_, column_mm_;
};

}  // namespace jcs::diagnosis
