#pragma once

#include <filesystem>
#include <string>

namespace jcs::imaging {

/// What one file is, as far as telling studies apart needs it.
struct FileLook {
  enum class Kind {
    kOther,      ///< nothing that slices come from; a DICOMDIR is other too
    kDicom,      ///< a DICOM object of any kind
    kDamaged,    ///< begins like DICOM, but its attributes cannot be read
    kPicture,    ///< named like a picture
    kNifti,      ///< named like a NIfTI volume
    kUnreadable  ///< cannot be opened
  };
  Kind kind = Kind::kOther;
  std::string patient_id, study_uid;  ///< of DICOM; empty where the file does not say
};

/// Looks at one file; reads attributes of DICOM, of other files at most the first bytes. Never
/// throws on what a file holds.
FileLook look_at_file(const std::filesystem::path& file);

/// Whether a folder is a result of jcs: it holds result.json and report.html. Its pictures are no
/// slices of a study that it lies in.
bool holds_result(const std::filesystem::path& folder);

}  // namespace jcs::imaging
