#include "jcs/imaging/dicom_identity.hpp"

#include <array>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcitem.h>

#include "dicom_file.hpp"

namespace jcs::imaging {

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
    if (source.dataset().tagExists(tag)) to.putAndInsertString(tag, source.text(tag).c_str());
  }
  to.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 192");
  return true;
}

}  // namespace jcs::imaging
