#pragma once

#include <array>
#include <cstddef>
#include <stop_token>
#include <vector>

#include <opencv2/core.hpp>

#include "grid.hpp"

namespace jcs::imaging::lungs {

/// One connected piece of a stack of masks.
struct Component {
  std::size_t voxels = 0;
  std::size_t gas = 0;  ///< voxels below kGasHu
  double left_mm = 0;   ///< mean place towards the patient's left
  std::size_t first_slice = 0, last_slice = 0;
};

/// The pieces of a stack of masks: pixels that touch in a slice, by an edge or a corner, or lie on
/// one another in neighbouring slices.
struct Components {
  std::vector<cv::Mat> labels;  ///< CV_32SC1, one a slice: 0 or 1 + index of the component
  std::vector<Component> all;
};

Components components(const Grid& grid, const Masks& masks, const std::stop_token& stop);

/// The pixels whose component is kept: 255, else 0. @param keep one flag a component
Masks kept(const Components& parts, const std::vector<bool>& keep, const std::stop_token& stop);

}  // namespace jcs::imaging::lungs
