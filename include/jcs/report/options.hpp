#pragma once

#include <string>

#include "jcs/core/fields.hpp"
#include "jcs/report/dicom_options.hpp"

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
  int key_slices = 6;             ///< at most so many slices are shown in the report
  bool pictures = false;          ///< also write every slice as PNG
  bool nifti_opacity = false;     ///< also write the opacities as NIfTI
  bool nifti_lungs = false;       ///< also write the lungs as NIfTI
  bool nifti_volume = false;      ///< also write the volume itself as NIfTI
  bool segmentation = true;       ///< write a DICOM segmentation object of a DICOM series
  bool structured_report = true;  ///< write a DICOM structured report of a DICOM series
  DicomOptions dicom = {};

  /// What a user chooses. The window is that of the weights; how many key slices there are, the
  /// diagnosis decides.
  template <class Visitor>
  void describe(Visitor& v) {
    v.field("segmentation", segmentation, "write segmentation.dcm for a DICOM series");
    v.field("structured_report", structured_report, "write report.dcm for a DICOM series");
    v.field("content_time", dicom.content_time,
            "time in the DICOM files, YYYYMMDDHHMMSS, which makes them the same each time; empty: "
            "now, and new UIDs");
    v.field("nifti_opacity", nifti_opacity, "write the opacities as opacity.nii.gz too");
    v.field("nifti_lungs", nifti_lungs, "write the lungs as lungs.nii.gz too: 1 right, 2 left");
    v.field("nifti_volume", nifti_volume, "write the volume as volume.nii.gz too, HU");
    v.field("png", pictures, "write every slice as a picture too, opacities outlined");
    v.choice("identity", identity,
             "what result.json and report.html say of who the patient is; DICOM files always carry "
             "the identity of their study",
             {{"full", Identity::kFull},
              {"pseudonym", Identity::kPseudonym},
              {"none", Identity::kNone}});
  }
};

constexpr const char* to_text(Identity identity) {
  switch (identity) {
    case Identity::kFull:
      return "full";
    case Identity::kPseudonym:
      return "pseudonym";
    case Identity::kNone:
      break;
  }
  return "none";
}

/// Stands in everything that is written.
inline constexpr const char* kResearchNotice =
    "For research only. This is not a medical device: it is not cleared for diagnosis, and nothing "
    "in it may guide the care of a patient.";

}  // namespace jcs::report
