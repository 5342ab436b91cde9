#pragma once

#include <opencv2/core.hpp>

#include "jcs/core/preprocessing.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// The entry's slice as grey values (CV_8UC1), whatever its file is: a picture, a DICOM file, a
/// slice of a NIfTI volume. @throws InputError naming the file.
cv::Mat read_slice(const ManifestEntry& entry, const Preprocessing& preprocessing);

/// The entry's annotation as 0 and 1 (CV_8UC1); empty where it has none. @throws InputError naming
/// the file.
cv::Mat read_slice_mask(const ManifestEntry& entry);

}  // namespace jcs::data
