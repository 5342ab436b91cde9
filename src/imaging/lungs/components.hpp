#pragma once

#include <array>
#include <cstddef>
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

Components components(const Grid& grid, const Masks& masks);

/// The pixels whose component is kept: 255, else 0. @param keep one flag a component
Masks kept(const Components& parts, const std::vector<bool>& keep);

/// Numbers that belong together, as a forest.
class DisjointSets {
 public:
  int add() {
    parent_.push_back(static_cast<int>(parent_.size()));
    return parent_.back();
  }
  int root(int number) {
    while (parent_[number] != number) number = parent_[number] = parent_[parent_[number]];
    return number;
  }
  /// The lower root stays, so that the result does not depend on the order of calls.
  void join(int a, int b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }
  [[nodiscard]] int size() const { return static_cast<int>(parent_.size()); }

 private:
  std::vector<int> parent_;
};

}  // namespace jcs::imaging::lungs
