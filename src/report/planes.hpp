#pragma once

#include <string>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/options.hpp"

namespace jcs::report {

/// A cut through the volume across its slices, the highest slice on top.
struct Plane {
  int width = 0, height = 0;          ///< of the picture, whose pixels are square
  std::string grey;                   ///< JPEG, base64
  std::string opacity, lungs;         ///< SVG path data around them, in pixels
  std::string edge_left, edge_right;  ///< letters of the body's ends
};

/// Where the middle of each slice lies in a cut, from 0 at its lower edge to 1 at its upper one;
/// nothing where slices are evenly spaced or their places not known: all are of one height then.
std::vector<double> slice_heights(const imaging::CtVolume& volume);

/// Along the columns at one row: coronal for axial slices that are stored upright.
Plane plane_at_row(const diagnosis::CaseResult& result, const imaging::CtVolume& volume, int row,
                   const ReportOptions& options);
/// Along the rows at one column: sagittal for axial slices that are stored upright.
Plane plane_at_column(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                      int column, const ReportOptions& options);

}  // namespace jcs::report
