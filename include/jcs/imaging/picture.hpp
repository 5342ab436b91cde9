#pragma once

#include <cstddef>
#include <filesystem>

#include <opencv2/core.hpp>

#include "jcs/core/preprocessing.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// One slice as grey values 0 … 255 (CV_8UC1): Hounsfield units from centre - width/2 to
/// centre + width/2 become 0 to 255, rounded; values outside are cut off. A volume that is windowed
/// already keeps its grey values.
cv::Mat windowed(const CtVolume& volume, std::size_t slice, const Preprocessing& preprocessing);

/// One decoded slice as grey values: Hounsfield units (CV_16SC1) are windowed as above, grey values
/// (CV_8UC1) are handed on as they are.
cv::Mat windowed(const cv::Mat& decoded, const Preprocessing& preprocessing);

/// A slice before its window: Hounsfield units (CV_16SC1) of a DICOM CT file of one frame, or the
/// grey values (CV_8UC1) of a picture. @throws InputError as read_picture() does.
cv::Mat decode_picture(const std::filesystem::path& file);

/// A picture as grey values (CV_8UC1): PNG, JPEG, BMP or TIFF of 8 bits, taken as windowed already,
/// or one DICOM CT file of one frame, windowed as above (padding becomes air).
/// @throws InputError naming the file: missing, not a picture, 16 bits, colours, several frames,
/// another modality than CT.
cv::Mat read_picture(const std::filesystem::path& file, const Preprocessing& preprocessing);

/// An annotation as 0 and 1 (CV_8UC1): in a picture with a palette every index but 0 is 1, in a
/// grey or colour picture everything but black. JPEG is refused: its losses would spoil the edges;
/// and so is a picture of more than 16 shades, which is no annotation.
/// @throws InputError naming the file.
cv::Mat read_mask(const std::filesystem::path& file);

}  // namespace jcs::imaging
