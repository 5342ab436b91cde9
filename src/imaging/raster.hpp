#pragma once

#include <filesystem>

#include <opencv2/core.hpp>

namespace jcs::imaging {

/// Whether the name ends like a picture's that read_grey() knows (.png, .jpg, .jpeg, .bmp, .tif,
/// .tiff).
bool named_like_picture(const std::filesystem::path& file);

/// A picture file as OpenCV decodes it, whatever its depth and channels. The size that the file
/// claims is limited before anything is decoded. @throws InputError naming the file, also for a
/// TIFF of more than one page.
cv::Mat read_raster(const std::filesystem::path& file);

/// A picture of 8 bits as grey values (CV_8UC1); colour pictures whose channels are equal are grey.
/// @throws InputError naming the file: unreadable, 16 bits, real colours.
cv::Mat read_grey(const std::filesystem::path& file);

}  // namespace jcs::imaging
