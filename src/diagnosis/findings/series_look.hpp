#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// Figures that tell a chest from other series.
struct SeriesLook {
  double air_share = 0;          ///< of the voxels: air, but not what pads the picture
  double soft_tissue_share = 0;  ///< of the voxels, -200 … 300 HU
  double bone_share = 0;         ///< of the tissue (above -320 HU): 300 HU and more
  double tissue_cm2 = 0;         ///< in a slice, on average
  std::vector<double> lung_cm2;  ///< in each slice
  double right_lung_share = 0;   ///< of both lungs' volume; 0 also without lungs
  double enhanced_share = 0;     ///< of the tissue between the lungs: brighter than blood, not bone
};

/// @pre the volume has slices and a known voxel; the mask is empty or has one value a voxel
SeriesLook look_at_series(const imaging::CtVolume& volume, std::span<const std::uint8_t> lung_mask);

}  // namespace jcs::diagnosis
