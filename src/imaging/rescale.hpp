#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dicom_file.hpp"
#include "pixel_layout.hpp"

namespace jcs::imaging {

/// From stored values to what they mean: slope · stored + intercept.
struct Rescale {
  double slope = 1.0;
  double intercept = 0.0;
  bool stated = false;  ///< the file names a slope or an intercept; else 1 and 0 are assumed
};

/// The rescale of one frame. @throws InputError naming the attribute when it is no finite number,
/// and for a slope of 0, which would make all pixels equal.
Rescale rescale_of(const DicomFile& file, int frame);

/// Stored values that stand for "nothing was measured here" (PixelPaddingValue, and up to
/// PixelPaddingRangeLimit where that is given), both ends included.
struct Padding {
  std::int32_t low = 0;
  std::int32_t high = 0;
};
std::optional<Padding> padding_of(const DicomFile& file, const PixelLayout& layout);

/// HU that padded pixels get: air, as outside the patient.
constexpr std::int16_t kPaddingHu = -1024;

/// One frame in Hounsfield units, rounded and saturated to 16 bits, padding replaced.
/// @throws InputError
std::vector<std::int16_t> read_hu(const DicomFile& file, const PixelLayout& layout, int frame);

/// What a reader should know about how the values of a frame came about: no rescale in the file,
/// padding that tissue has as well.
std::vector<std::string> value_warnings(const DicomFile& file, const PixelLayout& layout,
                                        int frame);

}  // namespace jcs::imaging
