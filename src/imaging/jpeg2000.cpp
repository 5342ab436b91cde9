#include "jpeg2000.hpp"

#include <cstring>
#include <optional>

#include <gdcmByteValue.h>
#include <gdcmDataElement.h>
#include <gdcmJPEG2000Codec.h>
#include <gdcmSequenceOfFragments.h>

#include "jcs/core/error.hpp"

namespace jcs::imaging {
namespace {

/// Where the codestream begins: some writers wrap it in the boxes of a JP2 file. SOC, then SIZ.
std::size_t start_of(std::string_view stream) { return stream.find("\xFF\x4F\xFF\x51"); }

std::uint32_t number_at(std::string_view stream, std::size_t at, unsigned bytes) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    value = (value << 8U) | static_cast<unsigned char>(stream[at + i]);
  }
  return value;
}

/// What the main header of a codestream says (ISO/IEC 15444-1, A.5.1: SIZ marker segment).
struct Header {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  unsigned components = 0;
  unsigned precision = 0;
  bool is_signed = false;
};

std::optional<Header> header_of(std::string_view stream) {
  const std::size_t start = start_of(stream);
  if (start == std::string_view::npos || stream.size() - start < 45) return std::nullopt;
  const auto number = [&](std::size_t at, unsigned bytes) {
    return number_at(stream, start + at, bytes);
  };
  Header header;
  header.width = number(8, 4) - number(16, 4);
  header.height = number(12, 4) - number(20, 4);
  header.components = number(40, 2);
  header.precision = (number(42, 1) & 0x7FU) + 1;
  header.is_signed = (number(42, 1) & 0x80U) != 0;
  return header;
}

/// Whether all tile parts have the length that they state (A.4.2: SOT marker segment). The decoder
/// silently fills up what is missing of a codestream that breaks off.
bool is_complete(std::string_view stream) {
  constexpr std::uint32_t kStartOfTilePart = 0xFF90;
  constexpr std::size_t kTilePartHeader = 12;
  std::size_t at = start_of(stream) + 2;
  while (at + 4 <= stream.size() && number_at(stream, at, 2) != kStartOfTilePart) {
    at += 2 + number_at(stream, at + 2, 2);
  }
  bool any = false;
  while (at + kTilePartHeader <= stream.size() && number_at(stream, at, 2) == kStartOfTilePart) {
    const std::uint32_t length = number_at(stream, at + 6, 4);
    if (length == 0) {  // the last tile part, up to the end marker
      const std::size_t end = stream.find_last_not_of('\0');
      return end > at && stream[end] == '\xD9' && stream[end - 1] == '\xFF';
    }
    if (length < kTilePartHeader || length > stream.size() - at) return false;
    at += length;
    any = true;
  }
  return any;
}

}  // namespace

void check_jpeg2000(std::string_view codestream, const PixelLayout& layout,
                    const std::filesystem::path& file) {
  const auto header = header_of(codestream);
  if (!header) {
    throw InputError({.what = "the pixel data is no JPEG 2000 codestream", .where = file.string()});
  }
  if (header->width != static_cast<std::uint32_t>(layout.columns) ||
      header->height != static_cast<std::uint32_t>(layout.rows) || header->components != 1 ||
      header->precision > static_cast<unsigned>(layout.bits_allocated)) {
    throw InputError(
        {.what = "the JPEG 2000 codestream disagrees with the header",
         .where = file.string(),
         .expected = std::to_string(layout.rows) + " x " + std::to_string(layout.columns) +
                     ", 1 component of at most " + std::to_string(layout.bits_allocated) + " bits",
         .got = std::to_string(header->height) + " x " + std::to_string(header->width) + ", " +
                std::to_string(header->components) + " of " + std::to_string(header->precision) +
                " bits"});
  }
  if (!is_complete(codestream)) {
    throw InputError({.what = "the JPEG 2000 codestream breaks off", .where = file.string()});
  }
}

bool decode_jpeg2000(std::string_view codestream, std::span<std::uint16_t> pixels) {
  const auto header = header_of(codestream);
  if (!header) return false;
  gdcm::Fragment fragment;
  fragment.SetByteValue(codestream.data(), static_cast<std::uint32_t>(codestream.size()));
  gdcm::DataElement compressed(gdcm::Tag(0x7FE0, 0x0010));
  auto* fragments = new gdcm::SequenceOfFragments;
  compressed.SetValue(*fragments);  // which owns it from here on
  fragments->AddFragment(fragment);

  gdcm::JPEG2000Codec codec;
  const unsigned bytes = header->precision > 8 ? 2 : 1;
  codec.SetPixelFormat(gdcm::PixelFormat(
      1, static_cast<unsigned short>(8 * bytes), static_cast<unsigned short>(header->precision),
      static_cast<unsigned short>(header->precision - 1), header->is_signed ? 1 : 0));
  codec.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
  codec.SetNumberOfDimensions(2);
  const unsigned dimensions[3] = {header->width, header->height, 1};
  codec.SetDimensions(dimensions);
  gdcm::DataElement decoded(gdcm::Tag(0x7FE0, 0x0010));
  const gdcm::ByteValue* value = nullptr;
  if (codec.Decode(compressed, decoded)) value = decoded.GetByteValue();
  if (value == nullptr || value->GetLength() < pixels.size() * bytes) return false;

  for (std::size_t i = 0; i < pixels.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, value->GetPointer() + i * bytes, bytes);
    // A negative value keeps its sign when the file stores more bits than the codestream has.
    if (header->is_signed && bytes == 1 && (bits & 0x80U) != 0) bits |= 0xFF00U;
    pixels[i] = bits;
  }
  return true;
}

}  // namespace jcs::imaging
