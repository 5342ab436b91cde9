#pragma once

#include <cstdint>
#include <span>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// Lungs found by Hounsfield units lack what is as dense as tissue. An opacity most of whose voxels
/// lie in the lungs belongs to them as a whole: its other voxels go to the lung that has the most
/// of it. Opacities are pieces as measure_findings() has them.
/// @param lung_mask [slice][row][column], a Side or 0; empty: nothing happens
/// @param opacity_mask likewise, not 0: opacity
/// @throws InputError when a mask is not of this volume
void take_opacities_into_lungs(const imaging::CtVolume& volume, std::span<std::uint8_t> lung_mask,
                               std::span<const std::uint8_t> opacity_mask);

}  // namespace jcs::diagnosis
