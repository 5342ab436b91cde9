#pragma once

#include <cstddef>
#include <cstdint>

#include "dicom_file.hpp"

class DcmPixelData;

namespace jcs::imaging {

/// How the pixels of a file are stored. One grey value per pixel, in 8 or 16 bits.
struct PixelLayout {
  int rows = 0;
  int columns = 0;
  int frames = 1;
  int bits_allocated = 16;
  int bits_stored = 16;
  int high_bit = 15;
  bool is_signed = false;

  [[nodiscard]] std::size_t pixels() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  }
  [[nodiscard]] std::size_t frame_bytes() const {
    return pixels() * static_cast<std::size_t>(bits_allocated / 8);
  }
};

/// Whether the file holds integer pixels at all; reports, plans and measurements do not.
bool has_pixels(const DicomFile& file);

/// The element that holds them. @throws InputError when there is none.
DcmPixelData& pixel_element(const DicomFile& file);

/// Reads the layout and holds it against the amount of pixel data that is there, so that nothing is
/// allocated for pixels that do not exist.
/// @throws InputError naming the attribute: no pixels, colour, another number of bits, pixel data
/// that ends too early.
PixelLayout pixel_layout(const DicomFile& file);

/// The stored value behind the bits of one pixel: shifted down, masked, sign extended.
constexpr std::int32_t stored_value(std::uint32_t bits, const PixelLayout& layout) {
  const std::uint32_t mask = (1U << static_cast<unsigned>(layout.bits_stored)) - 1U;
  const std::uint32_t value =
      (bits >> static_cast<unsigned>(layout.high_bit + 1 - layout.bits_stored)) & mask;
  const std::uint32_t sign = 1U << static_cast<unsigned>(layout.bits_stored - 1);
  if (layout.is_signed && (value & sign) != 0) {
    return static_cast<std::int32_t>(value) - static_cast<std::int32_t>(mask) - 1;
  }
  return static_cast<std::int32_t>(value);
}

}  // namespace jcs::imaging
