#pragma once

#include <vector>

#include <opencv2/core.hpp>

namespace jcs::diagnosis {

/// The outline around both lungs in one slice, as a convex polygon in mm.
class LungOutline {
 public:
  /// @param lungs CV_8UC1, not 0: lung
  LungOutline(const cv::Mat& lungs, double row_mm, double column_mm);

  /// How far a pixel inside lies from the outline, mm.
  [[nodiscard]] double depth_mm(int row, int column) const;

 private:
  std::vector<cv::Point2d> corners_;
  double row_mm_, column_mm_;
};

}  // namespace jcs::diagnosis
