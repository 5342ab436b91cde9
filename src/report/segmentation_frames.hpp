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

/// Adds a frame for each slice in which `mask` (one value a voxel) is not 0 everywhere, to the
/// object and to `packed`.
void add_frames(DcmSegmentation& object, PackedFrames& packed, std::uint16_t segment,
                std::span<const std::uint8_t> mask, const imaging::CtVolume& volume,
                const SourceUids& uids, const std::filesystem::path& file);

}  // namespace jcs::report
