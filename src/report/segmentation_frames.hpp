#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "jcs/imaging/ct_volume.hpp"

#include "source_uids.hpp"

class DcmSegmentation;

namespace jcs::report {

/// Adds what all frames share: pixel spacing, thickness and orientation.
void add_shared_groups(DcmSegmentation& object, const imaging::CtVolume& volume,
                       const std::filesystem::path& file);

/// Binary frames one behind the other, eight pixels a byte, the first in its lowest bit. A frame
/// goes on in the byte that the one before it ends in.
class PackedFrames {
 public:
  void append(std::span<const std::uint8_t> pixels);
  /// Of even length, as DICOM's values are.
  [[nodiscard]] std::vector<std::uint8_t> bytes() const;

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t bits_ = 0;
};

/// The number of each slice among those that any of the masks (one value a voxel, or empty) shows
/// something in, from 1; 0 for the others. Positions of frames are counted without holes (DICOM
/// PS3.3, C.7.6.17).
std::vector<std::uint32_t> frame_numbers(const imaging::CtVolume& volume,
                                         std::span<const std::span<const std::uint8_t>> masks);

/// Adds a frame for each slice in which `mask` (one value a voxel) is not 0 everywhere, to the
/// object and to `packed`.
/// @param numbers frame_numbers() of all segments
void add_frames(DcmSegmentation& object, PackedFrames& packed, std::uint16_t segment,
                std::span<const std::uint8_t> mask, std::span<const std::uint32_t> numbers,
                const imaging::CtVolume& volume, const SourceUids& uids,
                const std::filesystem::path& file);

}  // namespace jcs::report
