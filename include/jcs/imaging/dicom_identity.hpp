#pragma once

#include <filesystem>

class DcmItem;

namespace jcs::imaging {

/// Copies who the patient is and what the study is called, the attributes of DICOM's patient,
/// study and patient study modules, from a file into `to`, where its texts become UTF-8 (Specific
/// Character Set ISO_IR 192). Attributes that the file lacks stay as they are in `to`. UIDs are not
/// copied.
/// @throws InputError when the file cannot be read or is no DICOM
void copy_identity(const std::filesystem::path& file, DcmItem& to);

}  // namespace jcs::imaging
