#include "source_identity.hpp"

#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcitem.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/dicom_identity.hpp"

namespace jcs::report {

void put_identity(DcmItem& item, const imaging::CtVolume& volume, const SourceUids& uids) {
  const imaging::SeriesInfo& info = volume.series;
  const auto put = [&](const DcmTagKey& tag, const std::string& text) {
    item.putAndInsertString(tag, text.c_str());
  };
  put(DCM_SpecificCharacterSet, "ISO_IR 192");
  // These must be there, if only empty.
  put(DCM_PatientName, info.patient_name);
  put(DCM_PatientID, info.patient_id);
  put(DCM_PatientBirthDate, "");
  put(DCM_PatientSex, info.patient_sex);
  put(DCM_StudyDate, info.study_date);
  put(DCM_StudyTime, "");
  put(DCM_StudyID, "");
  put(DCM_AccessionNumber, info.accession_number);
  put(DCM_ReferringPhysicianName, "");
  if (!info.patient_age.empty()) put(DCM_PatientAge, info.patient_age);
  if (!info.study_description.empty()) put(DCM_StudyDescription, info.study_description);
  try {
    imaging::copy_identity(volume.slices.front().file, item);
  } catch (const Error&) {
    // The file was read before: it has been moved since. What the volume knows must do.
  }
  put(DCM_StudyInstanceUID, uids.study_uid);
  put(DCM_FrameOfReferenceUID, uids.frame_of_reference_uid);
  put(DCM_PositionReferenceIndicator, "");
}

}  // namespace jcs::report
