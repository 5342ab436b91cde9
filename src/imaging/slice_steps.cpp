#include "jcs/imaging/slice_steps.hpp"

#include <algorithm>
#include <cmath>

#include "regular_spacing.hpp"

namespace jcs::imaging {

namespace {

constexpr double kSameStepMm = 1e-4;
constexpr double kRoundingMm = 0.01;
constexpr double kFilled = 2.0;  // of the regular spacing: what two slices stand for in a gap
constexpr double kRegular = 0.9;

/// From each slice to the next.
std::vector<double> distances(const CtVolume& volume) {
  const double usual = volume.slice_spacing_mm;
  std::vector<double> all;
  for (std::size_t k = 0; k + 1 < volume.slice_count(); ++k) {
    const double distance = volume.slices[k + 1].location_mm - volume.slices[k].location_mm;
    // Rounded headers must not change what is printed of an even series.
    const bool own = distance > 0 && std::abs(distance - usual) >= kSameStepMm;
    all.push_back(own ? distance : usual);
  }
  return all;
}

double regular(std::vector<double> distances) {
  if (distances.empty()) return 0;
  const auto rank =
      static_cast<std::ptrdiff_t>(std::floor(kRegular * static_cast<double>(distances.size() - 1)));
  std::nth_element(distances.begin(), distances.begin() + rank, distances.end());
  return distances[static_cast<std::size_t>(rank)];
}

}  // namespace

std::vector<double> regular_around(const std::vector<double>& distances) {
  std::vector<double> around(distances.size(), regular(distances));
  for (std::size_t i = 0; i < distances.size(); ++i) {
    if (i > 0) around[i] = std::max(around[i], distances[i - 1]);
    if (i + 1 < distances.size()) around[i] = std::max(around[i], distances[i + 1]);
  }
  return around;
}

std::vector<SliceReach> slice_reaches(const CtVolume& volume) {
  std::vector<SliceReach> reaches(volume.slice_count());
  if (!(volume.slice_spacing_mm > 0) || reaches.empty()) return reaches;
  const std::vector<double> apart = distances(volume);
  if (apart.empty()) {
    reaches.front() = {volume.slice_spacing_mm / 2, volume.slice_spacing_mm / 2};
    return reaches;
  }
  const std::vector<double> around = regular_around(apart);
  for (std::size_t i = 0; i < apart.size(); ++i) {
    reaches[i].above_mm = reaches[i + 1].below_mm = std::min(apart[i], kFilled * around[i]) / 2;
  }
  reaches.front().below_mm = reaches.front().above_mm;
  reaches.back().above_mm = reaches.back().below_mm;
  return reaches;
}

std::vector<double> slice_weights(const CtVolume& volume) {
  std::vector<double> weights;
  for (const SliceReach& reach : slice_reaches(volume)) {
    weights.push_back(volume.slice_spacing_mm > 0 ? reach.step_mm() / volume.slice_spacing_mm : 1);
  }
  return weights;
}

double regular_spacing_mm(const CtVolume& volume) {
  return volume.slice_spacing_mm > 0 ? regular(distances(volume)) : 0;
}

bool evenly_spaced(const CtVolume& volume) {
  const std::vector<double> apart = distances(volume);
  if (apart.empty()) return true;
  const auto [least, most] = std::minmax_element(apart.begin(), apart.end());
  return *most - *least <= kRoundingMm;
}

SliceGaps slice_gaps(const CtVolume& volume) {
  SliceGaps gaps;
  if (!(volume.slice_spacing_mm > 0)) return gaps;
  const std::vector<double> apart = distances(volume);
  const std::vector<double> around = regular_around(apart);
  for (std::size_t i = 0; i < apart.size(); ++i) {
    if (apart[i] <= kGap * around[i]) continue;
    ++gaps.count;
    gaps.length_mm += apart[i];
    gaps.left_out_mm += std::max(0.0, apart[i] - kFilled * around[i]);
  }
  return gaps;
}

}  // namespace jcs::imaging
