#pragma once

#include <string>

#include "jcs/core/fields.hpp"

namespace jcs::report {

/// How a result is shown; nothing here changes what was found.
struct ReportOptions {
  std::string
      source{};  ///< what was diagnosed, as its user calls it: the study's folder; may be empty
  double window_center = -600.0;  ///< of the pictures, HU
  double window_width = 1500.0;   ///< of the pictures, HU
  int key_slices = 6;             ///< at most so many slices are shown in the report
  bool pictures = false;          ///< also write every slice as PNG
  bool nifti = false;             ///< also write what was segmented as NIfTI

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("window_center", window_center, "centre of the pictures' CT window, HU");
    v.field("window_width", window_width, "width of the pictures' CT window, HU", at_least(1));
    v.field("key_slices", key_slices, "slices shown in the report, at most", between(0, 24));
    v.field("pictures", pictures, "write every slice as PNG as well");
    v.field("nifti", nifti, "write opacity.nii.gz as well");
  }
};

/// Stands in everything that is written.
inline constexpr const char* kResearchNotice =
    "For research only. This is not a medical device: it is not cleared for diagnosis, and nothing "
    "in it may guide the care of a patient.";

}  // namespace jcs::report
