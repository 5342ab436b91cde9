#pragma once

#include <string>
#include <vector>

#include "jcs/imaging/ct_volume.hpp"

#include "slice_header.hpp"

namespace jcs::imaging {

/// Slices in the order of the volume.
struct SliceStack {
  std::vector<SliceHeader> slices;
  bool located = false;  ///< location_mm of the slices is set
  Vec3 row_direction{1, 0, 0}, column_direction{0, 1, 0}, normal{0, 0, 1};
  std::vector<std::string> warnings;
};

/// Orders the slices of a series by position along their normal; without positions by
/// SliceLocation, else by instance number, else by file name, each with a warning.
/// @throws InputError naming two files whose size, orientation or pixel spacing differ, or a file
/// that lacks the position that others have.
SliceStack order_slices(std::vector<SliceHeader> slices);

/// Two slices closer than this lie at the same position.
constexpr double kSamePlaceMm = 0.01;

/// The median distance between neighbours, 0 when there is none.
double median_spacing(const SliceStack& stack);

/// Sentences about what is unusual in the stack: gaps, uneven spacing, slices beside the
/// line of the others, tilt, unknown spacing.
std::vector<std::string> geometry_warnings(const SliceStack& stack);

}  // namespace jcs::imaging
