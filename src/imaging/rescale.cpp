#include "rescale.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <dcmtk/dcmdata/dcdeftag.h>

#include "jcs/core/error.hpp"

#include "frame_decoder.hpp"

namespace jcs::imaging {
namespace {

std::optional<double> finite(const DicomFile& file, DcmItem& item, const DcmTagKey& tag) {
  const std::string text = is_too_long(item, tag) ? "a very long text" : raw_text(item, tag);
  if (text.empty()) return std::nullopt;
  const auto value = number(item, tag);
  if (!value) {
    throw InputError({.what = "the rescale to Hounsfield units is unusable",
                      .where = file.path().string() + ": " + tag_name(tag),
                      .expected = "a number",
                      .got = text});
  }
  return value;
}

/// Scanners rescale by whole numbers nearly always; then nothing has to be rounded.
std::optional<std::int64_t> whole(double value) {
  constexpr double kMost = 1 << 24;
  if (value != std::trunc(value) || std::abs(value) > kMost) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

/// The padding in HU where tissue may have some of it.
std::optional<PaddingHu> like_tissue(const Padding& padding, const Rescale& rescale) {
  constexpr double kThinnestTissue = -1000.0;
  constexpr double kDensestBone = 3071.0;
  const double a = rescale.slope * padding.low + rescale.intercept;
  const double b = rescale.slope * padding.high + rescale.intercept;
  const PaddingHu hu{std::min(a, b), std::max(a, b)};
  if (hu.high <= kThinnestTissue || hu.low > kDensestBone) return std::nullopt;
  return hu;
}

}  // namespace

Rescale rescale_of(const DicomFile& file, int frame) {
  Rescale rescale;
  DcmItem* item = file.group(DCM_PixelValueTransformationSequence, frame);
  if (item == nullptr) return rescale;
  const auto slope = finite(file, *item, DCM_RescaleSlope);
  const auto intercept = finite(file, *item, DCM_RescaleIntercept);
  if (slope && *slope == 0.0) {
    throw InputError({.what = "the rescale to Hounsfield units is unusable",
                      .where = file.path().string() + ": " + tag_name(DCM_RescaleSlope),
                      .expected = "a number other than 0",
                      .got = raw_text(*item, DCM_RescaleSlope)});
  }
  rescale.stated = slope || intercept;
  rescale.slope = slope.value_or(1.0);
  rescale.intercept = intercept.value_or(0.0);
  return rescale;
}

std::optional<Padding> padding_of(const DicomFile& file, const PixelLayout& layout) {
  const auto value = short_number(file.dataset(), DCM_PixelPaddingValue);
  if (!value) return std::nullopt;
  // The padding value may use bits above BitsStored; the pixels are read without those.
  PixelLayout low_bits = layout;
  low_bits.high_bit = layout.bits_stored - 1;
  Padding padding{stored_value(*value, low_bits), stored_value(*value, low_bits)};
  if (const auto limit = short_number(file.dataset(), DCM_PixelPaddingRangeLimit)) {
    padding.high = stored_value(*limit, low_bits);
    if (padding.high < padding.low) std::swap(padding.low, padding.high);
  }
  return padding;
}

HuFrame read_hu(const DicomFile& file, const PixelLayout& layout, int frame) {
  HuFrame result;
  const Rescale rescale = rescale_of(file, frame);
  const auto padding = padding_of(file, layout);
  const std::vector<std::int32_t> stored = decode_frame(file, layout, frame);
  if (padding) result.padding = like_tissue(*padding, rescale);
  std::vector<std::int16_t>& hu = result.hu;
  hu.resize(stored.size());
  const auto take = [&](const auto& rescaled) {
    std::transform(stored.begin(), stored.end(), hu.begin(), [&](std::int32_t value) {
      if (padding && value >= padding->low && value <= padding->high) return kPaddingHu;
      return static_cast<std::int16_t>(rescaled(value));
    });
  };
  const auto slope = whole(rescale.slope), intercept = whole(rescale.intercept);
  if (slope && intercept) {
    take([slope = *slope, intercept = *intercept](std::int64_t value) {
      return std::clamp<std::int64_t>(slope * value + intercept, -32768, 32767);
    });
  } else {
    take([&](std::int32_t value) {
      const double exact = rescale.slope * value + rescale.intercept;
      return std::lround(std::clamp(exact, -32768.0, 32767.0));
    });
  }
  return result;
}

}  // namespace jcs::imaging
