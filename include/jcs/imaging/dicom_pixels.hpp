#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jcs::imaging {

/// One frame of a DICOM file after its rescale: what the numbers in the file mean, nothing more.
/// Padding is not replaced, no window is applied.
struct DicomFrame {
  int rows = 0;
  int columns = 0;
  int frames = 1;              ///< how many the file has
  std::vector<double> values;  ///< [row][column]: slope · stored value + intercept; HU for CT
  bool rescaled = false;  ///< the file names a slope or an intercept; else 1 and 0 were assumed
  std::string modality;
  std::string transfer_syntax;  ///< UID
};

/// Reads one frame of one file. Grey pictures of 8 or 16 bits in any of these forms: native in
/// either byte order, deflated, JPEG (baseline, extended, lossless), JPEG-LS, JPEG 2000, RLE. Files
/// without preamble or meta header are read as well.
/// @throws InputError with one line: not DICOM, no pixels, colour, a compression that is not known,
/// pixel data that ends too early or cannot be decoded, a rescale slope of 0.
DicomFrame read_dicom_frame(const std::filesystem::path& file, int frame = 0);

}  // namespace jcs::imaging
