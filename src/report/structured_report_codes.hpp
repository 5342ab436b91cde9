#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmsr/codes/dcm.h>
#include <dcmtk/dcmsr/dsrcodvl.h>

#include "jcs/diagnosis/result/case_result.hpp"

/// The coded concepts of the structured report. Where neither DICOM nor SNOMED CT has the concept,
/// or has it in another meaning, it is one of our own coding scheme.
namespace jcs::report::codes {

inline constexpr const char* kScheme = "99JCS";

inline DSRCodedEntryValue own(const char* value, const char* meaning) {
  return {value, kScheme, meaning};
}
inline DSRCodedEntryValue sct(const char* value, const char* meaning) {
  return {value, "SCT", meaning};
}
inline DSRCodedEntryValue ucum(const char* value, const char* meaning) {
  return {value, "UCUM", meaning};
}

// Units
inline DSRCodedEntryValue millilitre() { return ucum("ml", "milliliter"); }
inline DSRCodedEntryValue millimetre() { return ucum("mm", "millimeter"); }
inline DSRCodedEntryValue percent() { return ucum("%", "percent"); }
inline DSRCodedEntryValue number() { return ucum("1", "no units"); }
inline DSRCodedEntryValue hounsfield() { return ucum("[hnsf'U]", "Hounsfield unit"); }

// Anatomy and findings
inline DSRCodedEntryValue ct_of_chest() { return sct("169069000", "CT of chest"); }
inline DSRCodedEntryValue lung() { return sct("39607008", "Lung"); }
inline DSRCodedEntryValue side(diagnosis::Side side) {
  return side == diagnosis::Side::kRight ? sct("24028007", "Right") : sct("7771000", "Left");
}
inline DSRCodedEntryValue both_sides() { return sct("51440002", "Right and left"); }
inline DSRCodedEntryValue third(diagnosis::Third third) {
  switch (third) {
    case diagnosis::Third::kUpper:
      return own("upper_third", "Upper third of the lungs");
    case diagnosis::Third::kMiddle:
      return own("middle_third", "Middle third of the lungs");
    case diagnosis::Third::kLower:
      break;
  }
  return own("lower_third", "Lower third of the lungs");
}
inline DSRCodedEntryValue depth_name() { return own("depth", "Depth in the lung"); }
inline DSRCodedEntryValue depth(diagnosis::Depth depth) {
  return depth == diagnosis::Depth::kPeripheral ? sct("14414005", "Peripheral")
                                                : sct("26216008", "Central");
}
inline DSRCodedEntryValue opacity() { return CODE_DCM_Opacity; }

// Evaluations
inline DSRCodedEntryValue verdict_name() { return own("verdict", "Verdict on the series"); }
inline DSRCodedEntryValue verdict(diagnosis::Verdict verdict) {
  switch (verdict) {
    case diagnosis::Verdict::kPositive:
      return sct("10828004", "Positive");
    case diagnosis::Verdict::kNegative:
      return sct("260385009", "Negative");
    case diagnosis::Verdict::kUndetermined:
      break;
  }
  return sct("82334004", "Indeterminate");
}
inline DSRCodedEntryValue severity_name() { return sct("246112005", "Severity"); }
inline DSRCodedEntryValue severity(diagnosis::Severity severity) {
  switch (severity) {
    case diagnosis::Severity::kNone:
      return own("opaque_0", "0 % of the lungs are opaque");
    case diagnosis::Severity::kMinimal:
      return own("opaque_1_25", "up to 25 % of the lungs are opaque");
    case diagnosis::Severity::kMild:
      return own("opaque_26_50", "more than 25 and up to 50 % of the lungs are opaque");
    case diagnosis::Severity::kModerate:
      return own("opaque_51_75", "more than 50 and up to 75 % of the lungs are opaque");
    case diagnosis::Severity::kSevere:
      break;
  }
  return own("opaque_76_100", "more than 75 % of the lungs are opaque");
}

}  // namespace jcs::report::codes
