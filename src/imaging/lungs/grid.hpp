#pragma once

#include <stop_token>
#include <vector>

#include <opencv2/core.hpp>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging::lungs {

/// Between air-filled and other tissue, HU: half-way from lung to soft tissue.
constexpr int kTissueHu = -320;
/// Air alone, as in airways and bowel; lung tissue is denser, HU.
constexpr int kGasHu = -950;

using Masks = std::vector<cv::Mat>;  ///< one a slice, CV_8UC1

/// The volume on a coarser grid in the slice's plane: lungs need no finer one.
struct Grid {
  std::vector<cv::Mat> hu;  ///< CV_16SC1, one a slice
  double row_mm = 0, column_mm = 0, slice_mm = 0;
  /// The patient's left grows along this many mm a column and a row.
  double left_per_column = 0, left_per_row = 0;

  [[nodiscard]] int rows() const { return hu.front().rows; }
  [[nodiscard]] int columns() const { return hu.front().cols; }
  [[nodiscard]] double pixel_cm2() const { return row_mm * column_mm / 100.0; }
  [[nodiscard]] double voxel_ml() const { return row_mm * column_mm * slice_mm / 1000.0; }
  /// How far to the patient's left a pixel lies, mm.
  [[nodiscard]] double left(double row, double column) const {
    return row * left_per_row + column * left_per_column;
  }
  /// An ellipse of this radius as structuring element; of one pixel when the radius is below it.
  [[nodiscard]] cv::Mat disc(double radius_mm) const;
};

Grid coarse_grid(const CtVolume& volume, const std::stop_token& stop);

/// The body in each slice: the largest piece of tissue and all that it surrounds.
Masks find_body(const Grid& grid, const std::stop_token& stop);

}  // namespace jcs::imaging::lungs
