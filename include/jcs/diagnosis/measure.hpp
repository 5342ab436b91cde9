#pragma once

#include <cstddef>
#include <span>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// Fills in what the opacity mask of `result` amounts to in the slices that were segmented: pixels
/// and area (mm²) of each, and the volume (ml) of all, for which each slice is as high as it stands
/// for (imaging/slice_steps.hpp). Areas and the volume stay empty where the spacing is not known.
/// @pre the mask has one value a voxel, and `result.slices` one entry a slice.
void measure_opacities(const imaging::CtVolume& volume, std::span<const std::size_t> slices,
                       CaseResult& result);

}  // namespace jcs::diagnosis
