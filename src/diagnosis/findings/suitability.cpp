#include "jcs/diagnosis/findings/suitability.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/slice_steps.hpp"
#include "jcs/imaging/turn.hpp"

#include "series_look.hpp"

namespace jcs::diagnosis {

namespace {

using imaging::CtVolume;
using Mask = std::span<const std::uint8_t>;

constexpr double kLeastAir = 0.003;        // share of the voxels; around the body there is far more
constexpr double kLeastSoftTissue = 0.05;  // share of the voxels
constexpr double kSkullBone = 0.10;        // share of bone in tissue; trunks have 2 to 6 %
constexpr double kTrunkCm2 = 250.0;        // tissue in a slice; a head has less
constexpr double kFewLungSlices = 0.25;    // with lungs: the rest is abdomen
constexpr double kManyLungSlices = 0.5;
constexpr double kCutThrough = 0.6;  // area of the lungs in an end slice, of the largest
constexpr double kOtherLung = 0.1;   // of both lungs; a healthy one has 0.35 and more
constexpr std::size_t kFewSlices = 20;
constexpr double kWideGapMm = 5.5;
constexpr double kContrastShare = 0.12;  // of the tissue between the lungs

std::string rounded(double value) { return jcs::to_text(std::round(value)); }
std::string percent(double share) { return rounded(100.0 * share) + " %"; }

void check_values(const SeriesLook& look, std::vector<Concern>& concerns) {
  if (look.air_share < kLeastAir) {
    concerns.push_back(
        {"uncalibrated",
         "The values are no Hounsfield units: there is no air around the body, which "
         "is near -1000 HU.",
         true});
  } else if (look.soft_tissue_share < kLeastSoftTissue) {
    concerns.push_back({"uncalibrated",
                        "The values are no Hounsfield units: only " +
                            percent(look.soft_tissue_share) +
                            " of them are those of soft tissue, -200 to 300 HU.",
                        true});
  }
}

Concern without_lungs(const SeriesLook& look) {
  if (look.bone_share >= kSkullBone) {
    return {"head",
            "This seems to be a head: no lungs were found, and " + percent(look.bone_share) +
                " of the tissue is bone.",
            true};
  }
  if (look.tissue_cm2 >= kTrunkCm2) {
    return {"abdomen",
            "This seems to be an abdomen: no lungs were found in a body of " +
                rounded(look.tissue_cm2) + " cm2 tissue a slice.",
            true};
  }
  return {"no_lungs", "This seems to be no chest: no lungs were found.", true};
}

/// Slices whose positions are not known are ordered by their numbers, from either end.
std::string ends_inside(bool low, bool high, bool located) {
  if (low && high) return located ? "lower and the upper end" : "first and the last slice";
  if (low) return located ? "lower end" : "first slice";
  return located ? "upper end" : "last slice";
}

void check_lungs(const CtVolume& volume, const SeriesLook& look, std::vector<Concern>& concerns) {
  const auto slices = static_cast<double>(look.lung_cm2.size());
  const double largest = *std::max_element(look.lung_cm2.begin(), look.lung_cm2.end());
  const double share = static_cast<double>(std::count_if(look.lung_cm2.begin(), look.lung_cm2.end(),
                                                         [](double cm2) { return cm2 > 0; })) /
                       slices;
  const bool low = look.lung_cm2.front() >= kCutThrough * largest;
  const bool high = look.lung_cm2.back() >= kCutThrough * largest;
  if (share < kFewLungSlices) {
    concerns.push_back(
        {"abdomen",
         "This seems to be an abdomen: only " + percent(share) + " of the slices show lungs.",
         true});
  } else if (share < kManyLungSlices) {
    concerns.push_back(
        {"partial_chest", "Only " + percent(share) + " of the slices show lungs.", false});
  } else if (low || high) {
    const bool located =
        std::any_of(volume.slices.begin(), volume.slices.end(),
                    [](const auto& slice) { return std::isfinite(slice.location_mm); });
    concerns.push_back({"partial_chest",
                        "The series shows a part of the lungs alone: it ends inside them at the " +
                            ends_inside(low, high, located) + ".",
                        false});
  }
}

// A lung without air is not found: what is measured says nothing of it.
void check_sides(const SeriesLook& look, std::vector<Concern>& concerns) {
  const double right = look.right_lung_share;
  if (right >= kOtherLung && right <= 1.0 - kOtherLung) return;
  const std::string found = right > 0.5 ? "right" : "left";
  const std::string other = right > 0.5 ? "left" : "right";
  concerns.push_back({"one_lung",
                      "Nearly all of the lung tissue found is the " + found + " lung's: the " +
                          other +
                          " one may be white, collapsed or removed, and shares of the lungs and "
                          "severity leave it out.",
                      false});
}

// Networks see the slices upright all the same, and places and sides are right.
void check_rows_and_columns(const CtVolume& volume, std::vector<Concern>& concerns) {
  if (imaging::turn_to_upright(volume) == imaging::Turn{}) return;
  concerns.push_back({"turned",
                      "The slices are stored turned or mirrored, and pictures show them so: the "
                      "patient's right is not on the left or the front not on top. The networks "
                      "saw them upright.",
                      false});
}

void check_slices(const CtVolume& volume, std::vector<Concern>& concerns) {
  if (volume.slice_count() < kFewSlices) {
    concerns.push_back({"few_slices",
                        "The series has only " + std::to_string(volume.slice_count()) +
                            (volume.slice_count() == 1 ? " slice" : " slices") +
                            ": most of the lungs may be missing between or beside them.",
                        false});
  }
  // One slice is apart from none, and a part that is finely cut does not make up for a coarse one.
  const double apart_mm = imaging::regular_spacing_mm(volume);
  if (apart_mm > kWideGapMm) {
    concerns.push_back({"wide_gaps",
                        std::string("The slices are ") +
                            (imaging::evenly_spaced(volume) ? "" : "up to ") + rounded(apart_mm) +
                            " mm apart" +
                            (imaging::slice_gaps(volume).count > 0 ? ", gaps not counted" : "") +
                            ": small opacities may lie between them, and volumes are "
                            "rough.",
                        false});
  }
}

}  // namespace

std::vector<Concern> suitability(const CtVolume& volume, Mask lung_mask) {
  if (!lung_mask.empty() && lung_mask.size() != volume.hu.size()) {
    throw InputError({.what = "the lung mask is not of this volume",
                      .expected = std::to_string(volume.hu.size()) + " voxels",
                      .got = std::to_string(lung_mask.size())});
  }
  std::vector<Concern> concerns;
  if (volume.slices.empty()) return concerns;
  if (volume.windowed) {
    concerns.push_back({"windowed",
                        "The slices are pictures with a window burnt in: whether they show a chest "
                        "could not be checked.",
                        false});
  } else if (!volume.axial()) {
    concerns.push_back(
        {"not_axial", "The slices are not axial, and the networks know axial ones alone.", true});
  } else if (!(volume.pixel_area_mm2() > 0)) {
    const SeriesLook look = look_at_series(volume, {});
    check_values(look, concerns);
    if (look.bone_share >= kSkullBone) concerns.push_back(without_lungs(look));
    concerns.push_back({"no_geometry",
                        "The distance of the pixels is not known: whether this is a chest could "
                        "not be checked.",
                        false});
  } else {
    const SeriesLook look = look_at_series(volume, lung_mask);
    check_values(look, concerns);
    if (concerns.empty() && lung_mask.empty()) concerns.push_back(without_lungs(look));
    if (!lung_mask.empty()) {
      check_lungs(volume, look, concerns);
      check_sides(look, concerns);
    }
    if (look.enhanced_share > kContrastShare) {
      concerns.push_back(
          {"contrast",
           "Contrast medium seems to have been given: " + percent(look.enhanced_share) +
               " of the tissue between the lungs is brighter than blood.",
           false});
    }
  }
  check_rows_and_columns(volume, concerns);
  check_slices(volume, concerns);
  return concerns;
}

}  // namespace jcs::diagnosis
