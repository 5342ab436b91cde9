#pragma once

#include <filesystem>

namespace jcs::imaging {

/// Distance between the centres of neighbouring pixels of a slice, mm; 0: not known.
struct PixelSpacing {
  double row_mm = 0.0;     ///< from one row to the next (downwards)
  double column_mm = 0.0;  ///< from one column to the next (rightwards)

  bool operator==(const PixelSpacing&) const = default;
};

/// What a file's header says: Pixel Spacing of a DICOM file (its first frame), the affine of a
/// NIfTI volume in the order of its slices as shown. Nothing is known of a picture.
/// @throws InputError when the header cannot be read.
PixelSpacing pixel_spacing(const std::filesystem::path& file);

}  // namespace jcs::imaging
