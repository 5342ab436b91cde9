#pragma once

#include <cstdint>
#include <optional>
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

/// HU that the padding of a frame stands for, both ends included.
struct PaddingHu {
  double low = 0.0;
  double high = 0.0;
};

struct HuFrame {
  std::vector<std::int16_t> hu;      ///< rounded and saturated to 16 bits, padding replaced
  std::optional<PaddingHu> padding;  ///< where tissue may have such values too
};

/// One frame in Hounsfield units. @throws InputError
HuFrame read_hu(const DicomFile& file, const PixelLayout& layout, int frame);

}  // namespace jcs::imaging
