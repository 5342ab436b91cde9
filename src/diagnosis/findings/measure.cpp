#include "jcs/diagnosis/findings/measure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/slice_steps.hpp"

#include "lung_outline.hpp"
#include "mask_slice.hpp"

namespace jcs::diagnosis {

namespace {

using imaging::CtVolume;
using imaging::Pieces;
using imaging::Run;
using imaging::Vec3;
using Mask = std::span<const std::uint8_t>;

/// What is counted of one piece, each voxel as much as its slice stands for.
struct Sums {
  double voxels = 0;
  double ground_glass = 0, consolidation = 0, hu = 0;  ///< of grey values: without meaning
  double right = 0, left = 0, outside = 0, peripheral = 0;
  double location = 0;
  Vec3 place{};
  int first_row = 0, last_row = 0, first_column = 0, last_column = 0;
  std::size_t first_slice = 0, last_slice = 0, largest_slice = 0;
  std::int64_t in_slice = 0, in_largest_slice = 0;
};

void require_size(const CtVolume& volume, Mask mask, const char* what) {
  if (!mask.empty() && mask.size() != volume.hu.size()) {
    throw InputError({.what = std::string("the ") + what + " mask is not of this volume",
                      .expected = std::to_string(volume.hu.size()) + " voxels",
                      .got = std::to_string(mask.size())});
  }
}

Vec3 place_of(const CtVolume& volume, std::size_t slice, int row, int column) {
  Vec3 place = volume.slices[slice].position;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    place[axis] += column * volume.column_spacing_mm * volume.row_direction[axis] +
                   row * volume.row_spacing_mm * volume.column_direction[axis];
  }
  return place;
}

void extend(Sums& sums, const Run& run) {
  if (sums.voxels == 0) {
    sums.first_row = sums.last_row = run.row;
    sums.first_column = run.begin;
    sums.last_column = run.end - 1;
    sums.first_slice = sums.last_slice = run.slice;
  }
  sums.first_row = std::min(sums.first_row, run.row);
  sums.last_row = std::max(sums.last_row, run.row);
  sums.first_column = std::min(sums.first_column, run.begin);
  sums.last_column = std::max(sums.last_column, run.end - 1);
  if (run.slice != sums.last_slice) sums.in_slice = 0;
  sums.last_slice = run.slice;
  sums.in_slice += run.length();
  if (sums.in_slice > sums.in_largest_slice) {
    sums.in_largest_slice = sums.in_slice;
    sums.largest_slice = run.slice;
  }
}

class Survey {
 public:
  Survey(const CtVolume& volume, Mask lungs, const Pieces& pieces)
      : volume_(volume),
        lungs_(lungs),
        weights_(imaging::slice_weights(volume)),
        sums_(pieces.count) {
    for (const Run& run : pieces.runs) {
      if (outlined_ != run.slice) outline_.reset();
      outlined_ = run.slice;
      take(run, sums_[run.piece]);
    }
  }

  [[nodiscard]] const std::vector<Sums>& sums() const { return sums_; }

 private:
  void take(const Run& run, Sums& sums) {
    extend(sums, run);
    const double weight = weights_[run.slice];
    sums.voxels += weight * run.length();
    sums.location += volume_.slices[run.slice].location_mm * run.length() * weight;
    std::size_t voxel = first_voxel(volume_, run);
    for (int column = run.begin; column < run.end; ++column, ++voxel) {
      const int hu = volume_.hu[voxel];
      sums.hu += hu * weight;
      (hu >= kConsolidationHu ? sums.consolidation : sums.ground_glass) += weight;
      const Vec3 place = place_of(volume_, run.slice, run.row, column);
      for (std::size_t axis = 0; axis < 3; ++axis) sums.place[axis] += place[axis] * weight;
      const std::uint8_t lung = lungs_.empty() ? 0 : lungs_[voxel];
      if (lung == 0) {
        sums.outside += weight;
        continue;
      }
      (lung == static_cast<std::uint8_t>(Side::kRight) ? sums.right : sums.left) += weight;
      sums.peripheral += outline(run.slice).depth_mm(run.row, column) < kPeripheralMm ? weight : 0;
    }
  }

  const LungOutline& outline(std::size_t slice) {
    if (!outline_) {
      outline_.emplace(mask_slice(volume_, lungs_, slice), volume_.row_spacing_mm,
                       volume_.column_spacing_mm);
    }
    return *outline_;
  }

  const CtVolume& volume_;
  Mask lungs_;
  std::vector<double> weights_;
  std::vector<Sums> sums_;
  std::optional<LungOutline> outline_;
  std::size_t outlined_ = 0;  ///< the slice whose outline that is
};

/// Where the lungs begin and end along the body, mm.
struct Height {
  double lowest = 0, highest = 0;
};

std::optional<Height> lung_height(const CtVolume& volume, Mask lungs) {
  std::optional<Height> height;
  for (std::size_t k = 0; k < volume.slice_count() && !lungs.empty(); ++k) {
    if (cv::countNonZero(mask_slice(volume, lungs, k)) == 0) continue;
    const double at = volume.slices[k].location_mm;
    if (!height) height = Height{at, at};
    height->highest = at;
  }
  return height;
}

Third third_of(double location, const Height& height) {
  const double share = (location - height.lowest) / (height.highest - height.lowest);
  if (share < 1.0 / 3.0) return Third::kLower;
  return share < 2.0 / 3.0 ? Third::kMiddle : Third::kUpper;
}

// By the slices' places, where they are known: between two of them one may be missing. Beyond the
// first and the last one it is as long as these stand for.
double length_along_slices(const CtVolume& volume, const std::vector<imaging::SliceReach>& reaches,
                           std::size_t first, std::size_t last) {
  const double apart = std::abs(volume.slices[last].location_mm - volume.slices[first].location_mm);
  return std::isfinite(apart) ? apart + (reaches[first].below_mm + reaches[last].above_mm)
                              : static_cast<double>(last - first + 1) * volume.slice_spacing_mm;
}

Lesion lesion_of(const Sums& sums, const CtVolume& volume,
                 const std::vector<imaging::SliceReach>& reaches) {
  const double ml = volume.voxel_volume_ml();
  Lesion lesion;
  lesion.volume_ml = sums.voxels * ml;
  lesion.extent_mm = {(sums.last_column - sums.first_column + 1) * volume.column_spacing_mm,
                      (sums.last_row - sums.first_row + 1) * volume.row_spacing_mm,
                      length_along_slices(volume, reaches, sums.first_slice, sums.last_slice)};
  if (!volume.windowed) {
    lesion.mean_hu = sums.hu / sums.voxels;
    lesion.consolidation_ml = sums.consolidation * ml;
    lesion.ground_glass_ml = sums.ground_glass * ml;
  }
  if (volume.placed()) {
    lesion.centre_mm = {sums.place[0] / sums.voxels, sums.place[1] / sums.voxels,
                        sums.place[2] / sums.voxels};
  }
  lesion.first_slice = sums.first_slice;
  lesion.last_slice = sums.last_slice;
  lesion.largest_slice = sums.largest_slice;
  lesion.box = {sums.first_row, sums.first_column, sums.last_row - sums.first_row + 1,
                sums.last_column - sums.first_column + 1};
  return lesion;
}

// Sums of the same slices' steps, added up in another order, may differ in their last digit.
double share(double part_ml, double whole_ml) { return std::min(1.0, part_ml / whole_ml); }

void place_in_lungs(Lesion& lesion, const Sums& sums, const CtVolume& volume,
                    const Findings& findings, const std::optional<Height>& height) {
  if (!height) return;
  const double inside = sums.right + sums.left;
  if (2 * inside < sums.voxels) return;
  // The heights of the lungs are locations of slices, which files may name without positions.
  const double location = sums.location / sums.voxels;
  if (height->highest > height->lowest) lesion.third = third_of(location, *height);
  lesion.side = sums.right >= sums.left ? Side::kRight : Side::kLeft;
  lesion.depth = 2 * sums.peripheral >= inside ? Depth::kPeripheral : Depth::kCentral;
  for (const LungFinding& lung : findings.lungs) {
    if (lung.side == *lesion.side && lung.volume_ml > 0) {
      const double there = *lesion.side == Side::kRight ? sums.right : sums.left;
      lesion.share_of_lung = share(there * volume.voxel_volume_ml(), lung.volume_ml);
    }
  }
}

void measure_lungs(const CtVolume& volume, Mask lungs, Findings& findings) {
  if (lungs.empty()) return;
  const std::vector<double> weights = imaging::slice_weights(volume);
  double total = 0;
  for (const Side side : {Side::kRight, Side::kLeft}) {
    LungFinding lung;
    lung.side = side;
    double voxels = 0;
    for (std::size_t k = 0; k < volume.slice_count(); ++k) {
      voxels += weights[k] *
                cv::countNonZero(mask_slice(volume, lungs, k) == static_cast<std::uint8_t>(side));
    }
    lung.volume_ml = voxels * volume.voxel_volume_ml();
    total += lung.volume_ml;
    findings.lungs.push_back(lung);
  }
  findings.lung_volume_ml = total;
}

Severity severity_of(double share) {
  // The bands are named in whole per cent; a trace is not nothing.
  const double percent = 100.0 * share;
  if (percent <= 0) return Severity::kNone;
  if (percent <= 25) return Severity::kMinimal;
  if (percent <= 50) return Severity::kMild;
  return percent <= 75 ? Severity::kModerate : Severity::kSevere;
}

void sum_up(const CtVolume& volume, const std::vector<Sums>& pieces, Findings& findings) {
  const double ml = volume.voxel_volume_ml();
  Sums all;
  for (const Sums& piece : pieces) {
    all.ground_glass += piece.ground_glass;
    all.consolidation += piece.consolidation;
    all.right += piece.right;
    all.left += piece.left;
    all.outside += piece.outside;
  }
  if (!volume.windowed) {
    findings.consolidation_ml = all.consolidation * ml;
    findings.ground_glass_ml = all.ground_glass * ml;
  }
  if (!findings.lung_volume_ml) return;
  for (LungFinding& lung : findings.lungs) {
    lung.opacity_ml = (lung.side == Side::kRight ? all.right : all.left) * ml;
    if (lung.volume_ml > 0) lung.opacity_share = share(*lung.opacity_ml, lung.volume_ml);
  }
  findings.opacity_in_lungs_ml = (all.right + all.left) * ml;
  findings.opacity_outside_ml = all.outside * ml;
  if (*findings.lung_volume_ml > 0) {
    findings.opacity_share = share(*findings.opacity_in_lungs_ml, *findings.lung_volume_ml);
    findings.severity = severity_of(*findings.opacity_share);
  }
}

}  // namespace

std::optional<std::string> gap_warning(const CtVolume& volume) {
  if (!(volume.voxel_volume_ml() > 0)) return std::nullopt;
  const imaging::SliceGaps gaps = imaging::slice_gaps(volume);
  if (gaps.count == 0) return std::nullopt;
  const auto millimetres = [](double mm) {
    return jcs::to_text(std::round(mm * 10.0) / 10.0) + " mm";
  };
  const std::string text = "Volumes are uncertain: slices seem to be missing in " +
                           std::to_string(gaps.count) + (gaps.count == 1 ? " gap" : " gaps") +
                           " of " + millimetres(gaps.length_mm) +
                           (gaps.count == 1 ? "" : " altogether");
  if (gaps.left_out_mm > 0) {
    return text + ", of which " + millimetres(gaps.length_mm - gaps.left_out_mm) +
           " are counted as if they were like the slices beside and " +
           millimetres(gaps.left_out_mm) + " are left out.";
  }
  return text + ", counted as if they were like the slices beside.";
}

Findings measure_findings(const CtVolume& volume, Mask lung_mask, Mask opacity_mask) {
  require_size(volume, lung_mask, "lung");
  require_size(volume, opacity_mask, "opacity");
  Findings findings;
  if (!(volume.voxel_volume_ml() > 0)) return findings;
  measure_lungs(volume, lung_mask, findings);
  if (opacity_mask.empty()) return findings;

  const Survey survey(volume, lung_mask, mask_pieces(volume, opacity_mask));
  sum_up(volume, survey.sums(), findings);
  const std::optional<Height> height = lung_height(volume, lung_mask);
  const std::vector<imaging::SliceReach> reaches = imaging::slice_reaches(volume);
  for (const Sums& sums : survey.sums()) {
    Lesion lesion = lesion_of(sums, volume, reaches);
    if (lesion.volume_ml < kSmallestLesionMl) {
      ++findings.smaller_lesions;
      findings.smaller_lesions_ml += lesion.volume_ml;
      continue;
    }
    place_in_lungs(lesion, sums, volume, findings, height);
    findings.lesions.push_back(lesion);
  }
  std::stable_sort(findings.lesions.begin(), findings.lesions.end(),
                   [](const Lesion& a, const Lesion& b) { return a.volume_ml > b.volume_ml; });
  for (std::size_t i = 0; i < findings.lesions.size(); ++i) {
    findings.lesions[i].number = static_cast<int>(i) + 1;
  }
  return findings;
}

}  // namespace jcs::diagnosis
