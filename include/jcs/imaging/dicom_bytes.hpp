#pragma once

#include <filesystem>
#include <string>

class DcmFileFormat;

namespace jcs::imaging {

/// A DICOM object as the bytes of its file, explicit little endian or, as chosen before, JPEG
/// Lossless. DCMTK's own way into a file misses errors that come late: when what was held back is
/// written as the file is closed.
/// @throws OutputError naming `file` when the object cannot be encoded
std::string dicom_bytes(DcmFileFormat& format, const std::filesystem::path& file,
                        bool jpeg_lossless = false);

}  // namespace jcs::imaging
