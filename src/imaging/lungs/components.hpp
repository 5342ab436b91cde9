#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "jcs/imaging/pieces.hpp"

#include "grid.hpp"

namespace jcs::imaging::lungs {

/// One connected piece of a stack of masks.
struct Component {
  std::size_t voxels = 0;
  std::size_t gas = 0;  ///< voxels below kGasHu
  std::size_t first_slice = 0;
};

/// The pieces of a stack of masks: pixels that touch in a slice, by an edge or a corner, or lie on
/// one another in neighbouring slices.
struct Components {
  Pieces pieces;
  std::vector<Component> all;  ///< by the pieces' numbers
};

Components components(const Grid& grid, const Masks& masks, const std::stop_token& stop);

/// The pixels whose component is kept: 255, else 0. @param keep one flag a component
Masks kept(const Grid& grid, const Components& parts, const std::vector<bool>& keep);

}  // namespace jcs::imaging::lungs
