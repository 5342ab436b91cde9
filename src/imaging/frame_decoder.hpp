#pragma once

#include <cstdint>
#include <vector>

#include "dicom_file.hpp"
#include "pixel_layout.hpp"

namespace jcs::imaging {

/// The stored values of one frame, [row][column], before any rescale: native (either byte order,
/// deflated), JPEG, JPEG Lossless, JPEG-LS and RLE by DCMTK, JPEG 2000 by GDCM.
/// @throws InputError naming the file and, where that is the reason, its transfer syntax.
std::vector<std::int32_t> decode_frame(const DicomFile& file, const PixelLayout& layout, int frame);

}  // namespace jcs::imaging
