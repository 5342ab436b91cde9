#pragma once

#include <cstddef>
#include <vector>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// How much of the body below and above its middle a slice stands for, mm.
struct SliceReach {
  double below_mm = 0, above_mm = 0;

  [[nodiscard]] double step_mm() const { return below_mm + above_mm; }
};

/// One for each slice: half the way to either neighbour; an end slice reaches as far outwards as
/// inwards, so that n slices, evenly s apart, stand for n·s. Slices whose places are not known are
/// taken for evenly spaced, as are distances that differ from the median by less than 0.0001 mm.
///
/// In a gap (see slice_gaps()) slices are missing and nobody knows what lies there. Either
/// neighbour reaches into it by the regular spacing around it at most: that makes up for one
/// missing slice, while a slice that lies far from all others does not stand for half a chest. All
/// 0 where the distance of the slices is not known.
std::vector<SliceReach> slice_reaches(const CtVolume& volume);

/// How many voxels of voxel_volume_ml() a voxel of each slice stands for: exactly 1 for all slices
/// of an evenly spaced series, and where the distance of the slices is not known. Volumes are sums
/// of these times voxel_volume_ml().
std::vector<double> slice_weights(const CtVolume& volume);

/// Wider than nine of ten distances between neighbours, mm: how coarse the coarser part of a series
/// is, whatever a few missing slices leave. 0 when not known and for fewer than two slices.
double regular_spacing_mm(const CtVolume& volume);

/// Whether the distances between neighbours differ by more than rounding, 0.01 mm.
bool evenly_spaced(const CtVolume& volume);

/// Places where slices seem to be missing: further apart than 1.5 times the regular spacing, which
/// is regular_spacing_mm() or the wider one of the distances on either side, as a series may go on
/// more coarsely than it began.
struct SliceGaps {
  std::size_t count = 0;
  double length_mm = 0;    ///< of all, from slice to slice
  double left_out_mm = 0;  ///< what of it no slice stands for
};
SliceGaps slice_gaps(const CtVolume& volume);

}  // namespace jcs::imaging
