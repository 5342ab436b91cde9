#pragma once

#include <array>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::test {

/// sample_result() with lungs (right and left half of the lung-like pixels of sample_volume()) and
/// made-up findings of two opacities.
inline diagnosis::CaseResult with_findings(diagnosis::CaseResult result,
                                           const imaging::CtVolume& volume) {
  using namespace diagnosis;
  for (std::size_t i = 0; i < volume.hu.size(); ++i) {
    const bool lung = volume.hu[i] == -850 || volume.hu[i] == -400;
    const bool left = static_cast<int>(i % volume.columns) >= volume.columns / 2;
    result.lung_mask.push_back(static_cast<std::uint8_t>(lung ? (left ? 2 : 1) : 0));
  }
  Findings& findings = result.findings;
  findings.lungs = {{Side::kRight, 2100.5, 0.0, 0.0}, {Side::kLeft, 1800.25, 450.0, 0.25}};
  findings.lung_volume_ml = 3900.75;
  findings.opacity_in_lungs_ml = 450.0;
  findings.opacity_share = 450.0 / 3900.75;
  findings.severity = Severity::kMinimal;
  findings.opacity_outside_ml = 2.5;
  findings.ground_glass_ml = 400.0;
  findings.consolidation_ml = 52.5;
  Lesion large;
  large.number = 1;
  large.volume_ml = 440.0;
  large.extent_mm = {40, 50, 60};
  large.mean_hu = -401.5;
  large.ground_glass_ml = 390.0;
  large.consolidation_ml = 50.0;
  large.centre_mm = std::array{55.5, -12.25, -260.0};
  large.first_slice = volume.slice_count() / 2;
  large.last_slice = volume.slice_count() - 1;
  large.largest_slice = volume.slice_count() - 2;
  large.box = {20, 40, 8, 9};
  large.side = Side::kLeft;
  large.share_of_lung = 0.244;
  large.third = Third::kUpper;
  large.depth = Depth::kPeripheral;
  Lesion outside;
  outside.number = 2;
  outside.volume_ml = 2.5;
  outside.mean_hu = 30.0;
  outside.ground_glass_ml = 0.0;
  outside.consolidation_ml = 2.5;
  outside.first_slice = outside.last_slice = outside.largest_slice = 1;
  findings.lesions = {large, outside};
  findings.smaller_lesions = 3;
  findings.smaller_lesions_ml = 0.125;
  return result;
}

/// The same findings of pictures, whose grey values are no Hounsfield units.
inline diagnosis::CaseResult without_hounsfield_units(diagnosis::CaseResult result) {
  result.findings.ground_glass_ml.reset();
  result.findings.consolidation_ml.reset();
  for (diagnosis::Lesion& lesion : result.findings.lesions) {
    lesion.mean_hu.reset();
    lesion.ground_glass_ml.reset();
    lesion.consolidation_ml.reset();
  }
  return result;
}

}  // namespace jcs::test
