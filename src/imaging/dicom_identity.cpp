#include "jcs/imaging/dicom_identity.hpp"

#include <array>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcitem.h>

#include "dicom_file.hpp"

namespace jcs::imaging {
namespace {

// Of an attribute's values together: methods of de-identification are told one by one, and each
// attribute is looked up once for a study.
constexpr std::size_t kLongestIdentity = std::size_t{64} << 10U;

}  // namespace

bool copy_identity(const SliceInfo& slice, const SeriesInfo& series, DcmItem& to) {
  static const std::array kTags = {DCM_PatientName,
                                   DCM_PatientID,
                                   DCM_IssuerOfPatientID,
                                   DCM_PatientBirthDate,
                                   DCM_PatientSex,
                                   DCM_PatientAge,
                                   DCM_PatientSize,
                                   DCM_PatientWeight,
                                   DCM_EthnicGroup,
                                   DCM_PatientIdentityRemoved,
                                   DCM_DeidentificationMethod,
                                   DCM_StudyDate,
                                   DCM_StudyTime,
                                   DCM_StudyID,
                                   DCM_StudyDescription,
                                   DCM_AccessionNumber,
                                   DCM_ReferringPhysicianName,
                                   DCM_TimezoneOffsetFromUTC};
  const DicomFile source(slice.file);
  if (source.text(DCM_SOPInstanceUID) != slice.sop_instance_uid ||
      source.text(DCM_StudyInstanceUID) != series.study_uid ||
      source.text(DCM_PatientID) != series.patient_id) {
    return false;
  }
  for (const DcmTagKey& tag : kTags) {
    if (!source.dataset().tagExists(tag)) continue;
    if (is_too_long(source.dataset(), tag, kLongestIdentity)) continue;
    to.putAndInsertString(tag, source.text(tag, kLongestIdentity).c_str());
  }
  to.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 192");
  return true;
}

}  // namespace jcs::imaging
