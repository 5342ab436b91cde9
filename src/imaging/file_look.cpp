#include "jcs/imaging/file_look.hpp"

#include <system_error>

#include <dcmtk/dcmdata/dcdeftag.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/nifti.hpp"

#include "dicom_file.hpp"
#include "raster.hpp"

namespace jcs::imaging {

FileLook look_at_file(const std::filesystem::path& file) {
  using Kind = FileLook::Kind;
  if (named_like_nifti(file)) return {Kind::kNifti, {}, {}};
  bool dicom = false;
  try {
    dicom = begins_like_dicom(file);
  } catch (const InputError&) {
    return {Kind::kUnreadable, {}, {}};
  }
  if (!dicom) return {named_like_picture(file) ? Kind::kPicture : Kind::kOther, {}, {}};
  try {
    const DicomFile opened(file);
    if (opened.dataset().tagExists(DCM_DirectoryRecordSequence)) return {};
    return {Kind::kDicom, opened.text(DCM_PatientID), opened.text(DCM_StudyInstanceUID)};
  } catch (const InputError&) {
    return {Kind::kDamaged, {}, {}};
  }
}

bool holds_result(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder / "result.json", ignored) &&
         std::filesystem::is_regular_file(folder / "report.html", ignored);
}

}  // namespace jcs::imaging
