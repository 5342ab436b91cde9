#include "jcs/diagnosis/findings/lung_opacities.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/diagnosis/result/findings.hpp"

#include "mask_slice.hpp"

namespace jcs::diagnosis {

namespace {

constexpr auto kRight = static_cast<std::uint8_t>(Side::kRight);
constexpr auto kLeft = static_cast<std::uint8_t>(Side::kLeft);

/// Voxels of a piece outside the lungs, in the right and in the left one.
using Counts = std::array<std::size_t, 3>;

std::uint8_t lung_of(const Counts& counts) {
  if (counts[kRight] + counts[kLeft] <= counts[0]) return 0;
  return counts[kRight] >= counts[kLeft] ? kRight : kLeft;
}

}  // namespace

void take_opacities_into_lungs(const imaging::CtVolume& volume, std::span<std::uint8_t> lung_mask,
                               std::span<const std::uint8_t> opacity_mask) {
  if (lung_mask.empty() || opacity_mask.empty()) return;
  if (lung_mask.size() != volume.hu.size() || opacity_mask.size() != volume.hu.size()) {
    throw InputError(
        {.what = "the masks of lungs and opacities are not of this volume",
         .expected = std::to_string(volume.hu.size()) + " voxels",
         .got = std::to_string(lung_mask.size()) + " and " + std::to_string(opacity_mask.size())});
  }
  const imaging::Pieces pieces = mask_pieces(volume, opacity_mask);
  std::vector<Counts> counts(pieces.count);
  const auto lungs_of = [&](const imaging::Run& run) {
    return lung_mask.subspan(first_voxel(volume, run), static_cast<std::size_t>(run.length()));
  };
  for (const imaging::Run& run : pieces.runs) {
    Counts& count = counts[run.piece];
    for (const std::uint8_t lung : lungs_of(run))
      ++count[lung == kRight || lung == kLeft ? lung : 0];
  }
  for (const imaging::Run& run : pieces.runs) {
    const std::uint8_t lung = lung_of(counts[run.piece]);
    for (std::uint8_t& voxel : lungs_of(run)) voxel = voxel == 0 ? lung : voxel;
  }
}

}  // namespace jcs::diagnosis
