#pragma once

#include <string>

#include "jcs/core/fields.hpp"

namespace jcs::report {

/// How much of the patient's identity the reports hold that people open: result.json and the page.
/// DICOM objects always carry the identity of their study, else no archive could file them.
enum class Identity {
  kFull,       ///< as the files say
  kPseudonym,  ///< a short code in place of name and identifiers, the same for the same patient
  kNone        ///< nothing that names the patient, the study or its files
};

/// How a result is shown; nothing here changes what was found.
struct ReportOptions {
  std::string
      source{};  ///< what was diagnosed, as its user calls it: the study's folder; may be empty
  double window_center = -600.0;  ///< of the pictures, HU
  double window_width = 1500.0;   ///< of the pictures, HU
  Identity identity = Identity::kFull;
  int key_slices = 6;     ///< at most so many slices are shown in the report
  bool pictures = false;  ///< also write every slice as PNG
  bool nifti = false;     ///< also write what was segmented as NIfTI

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("window_center", window_center, "centre of the pictures' CT window, HU");
    v.field("window_width", window_width, "width of the pictures' CT window, HU", at_least(1));
    v.choice("identity", identity, "what result.json and the page say of who the patient is",
             {{"full", Identity::kFull},
              {"pseudonym", Identity::kPseudonym},
              {"none", Identity::kNone}});
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
