#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "jcs/diagnosis/result/findings.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// What lungs and outlined opacities amount to (see findings.hpp for each figure). Opacities are
/// pieces whose voxels touch by faces, edges or corners. Volumes are voxels, each as high as its
/// slice stands for (imaging/slice_steps.hpp), and so are means, shares and centres. How deep an
/// opacity lies is measured in the slice's plane, from the outline around both lungs, so that the
/// side of the heart counts as central. Of grey values (`volume.windowed`) there is neither a mean
/// nor a volume of ground glass or consolidation: these rest on Hounsfield units.
/// @param lung_mask [slice][row][column]: a Side or 0; empty: lungs were not found
/// @param opacity_mask likewise, not 0: opacity; empty: opacities were not outlined
/// @returns nothing but empty findings where the volume of a voxel is not known
/// @throws InputError when a mask is not of this volume
Findings measure_findings(const imaging::CtVolume& volume, std::span<const std::uint8_t> lung_mask,
                          std::span<const std::uint8_t> opacity_mask);

/// What a reader of volumes should know where slices seem to be missing: how much of the body that
/// concerns, one sentence. Nothing where none seem to be, and where there are no volumes.
std::optional<std::string> gap_warning(const imaging::CtVolume& volume);

}  // namespace jcs::diagnosis
