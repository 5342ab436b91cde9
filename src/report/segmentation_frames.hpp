#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "jcs/imaging/ct_volume.hpp"

#include "source_uids.hpp"

class DcmSegmentation;

namespace jcs::report {

/// Adds what all frames share: pixel spacing, thickness and orientation.
void add_shared_groups(DcmSegmentation& object, const imaging::CtVolume& volume,
                       const std::filesystem::path& file);

/// Adds a frame for each slice in which `mask` (one value a voxel) is not 0 everywhere.
/// @returns the number of frames
std::size_t add_frames(DcmSegmentation& object, std::uint16_t segment,
                       std::span<const std::uint8_t> mask, const imaging::CtVolume& volume,
                       const SourceUids& uids, const std::filesystem::path& file);

}  // namespace jcs::report
