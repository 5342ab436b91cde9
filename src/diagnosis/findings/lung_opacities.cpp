#include "jcs/diagnosis/findings/lung_opacities.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/diagnosis/result/findings.hpp"

#include "pieces.hpp"

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
  const Pieces pieces = find_pieces(volume, opacity_mask);
  std::vector<Counts> counts(static_cast<std::size_t>(pieces.count) + 1);
  const auto for_each = [&](const auto& work) {
    std::size_t voxel = 0;
    for (const cv::Mat& slice : pieces.labels) {
      for (const int piece : cv::Mat_<int>(slice)) {
        if (piece != 0) work(static_cast<std::size_t>(piece), lung_mask[voxel]);
        ++voxel;
      }
    }
  };
  for_each([&](std::size_t piece, std::uint8_t lung) {
    ++counts[piece][lung == kRight || lung == kLeft ? lung : 0];
  });
  std::vector<std::uint8_t> lung_of_piece;
  for (const Counts& count : counts) lung_of_piece.push_back(lung_of(count));
  for_each([&](std::size_t piece, std::uint8_t& lung) {
    if (lung == 0) lung = lung_of_piece[piece];
  });
}

}  // namespace jcs::diagnosis
