#pragma once

#include <string>

#include "dicom_file.hpp"
#include "pixel_layout.hpp"

namespace jcs::imaging {

/// The compressed bytes of one frame, put together from their fragments.
/// @throws InputError naming the file when fragments are missing.
std::string codestream_of(const DicomFile& file, const PixelLayout& layout, int frame);

/// Holds the size and depth that a JPEG or JPEG-LS codestream states against the header, and looks
/// for its end: decoders silently fill up what is missing.
/// @throws InputError naming the file.
void check_jpeg(const std::string& stream, const PixelLayout& layout, const DicomFile& file);

/// How many bits a sample has by a JPEG or JPEG-LS codestream that passed the check.
int jpeg_precision(const std::string& stream);

/// Looks whether the runs of an RLE codestream (DICOM PS3.5, annex G) lie in their segments and are
/// enough for the picture: the decoder reads on behind what ends too early.
/// @throws InputError naming the file.
void check_rle(const std::string& stream, const PixelLayout& layout, const DicomFile& file);

}  // namespace jcs::imaging
