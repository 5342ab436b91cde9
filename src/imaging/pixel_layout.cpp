#include "pixel_layout.hpp"

#include <algorithm>
#include <string>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/imaging/limits.hpp"

namespace jcs::imaging {
namespace {

[[noreturn]] void refuse(const DicomFile& file, const DcmTagKey& tag, const std::string& expected,
                         const std::string& got) {
  throw InputError({.what = "pixels of this kind cannot be read",
                    .where = file.path().string() + ": " + tag_name(tag),
                    .expected = expected,
                    .got = got});
}

int unsigned_short(const DicomFile& file, const DcmTagKey& tag, int if_absent) {
  return short_number(file.dataset(), tag).value_or(static_cast<std::uint16_t>(if_absent));
}

int in_range(const DicomFile& file, const DcmTagKey& tag, int if_absent, int low, int high) {
  const int value = unsigned_short(file, tag, if_absent);
  if (value < low || value > high) {
    refuse(file, tag,
           low == high ? std::to_string(low) : std::to_string(low) + " to " + std::to_string(high),
           std::to_string(value));
  }
  return value;
}

int frame_count(const DicomFile& file) {
  if (is_too_long(file.dataset(), DCM_NumberOfFrames)) {
    refuse(file, DCM_NumberOfFrames, "a number of at least 1", "a very long text");
  }
  if (file.text(DCM_NumberOfFrames).empty()) return 1;
  const auto frames = whole_number(file.dataset(), DCM_NumberOfFrames);
  if (!frames || *frames < 1) {
    refuse(file, DCM_NumberOfFrames, "a number of at least 1", file.text(DCM_NumberOfFrames));
  }
  if (*frames > limits().frames) {
    throw InputError({.what = "the file has too many frames",
                      .where = file.path().string() + ": " + tag_name(DCM_NumberOfFrames),
                      .expected = "at most " + std::to_string(limits().frames),
                      .got = std::to_string(*frames)});
  }
  return *frames;
}

/// Bytes between the header of the pixel data and the end of a file that ends within it.
std::uintmax_t bytes_left(const DicomFile& file, std::uint32_t stated) {
  // Headers are smaller than this by far.
  constexpr std::size_t kHead = std::size_t{16} << 20U;
  std::string head(std::min<std::uintmax_t>(file.size(), kHead), '\0');
  InputFile in(file.path());
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));

  const bool big = DcmXfer(file.transfer_syntax()).isBigEndian();
  std::string length(4, '\0');
  for (unsigned i = 0; i < 4; ++i) {
    length[big ? 3 - i : i] = static_cast<char>((stated >> (8 * i)) & 0xFFU);
  }
  const std::string tag("\xE0\x7F\x10\x00", 4);
  const std::string big_tag("\x7F\xE0\x00\x10", 4);
  // The length follows the tag at once where the VR is implicit, else after the VR.
  for (std::size_t at = head.find(big ? big_tag : tag); at != std::string::npos;
       at = head.find(big ? big_tag : tag, at + 1)) {
    for (const std::size_t value : {at + 4, at + 8}) {
      if (head.compare(value, 4, length) == 0) return file.size() - (value + 4);
    }
  }
  return 0;
}

void check_native(const DicomFile& file, const PixelLayout& layout, const DcmElement& pixels) {
  const auto expected = std::uintmax_t{layout.frame_bytes()} * static_cast<unsigned>(layout.frames);
  const std::uint32_t stated = pixels.getLengthField();
  std::uintmax_t got = stated;
  if (!file.damage().empty()) got = std::min<std::uintmax_t>(stated, bytes_left(file, stated));
  if (got < expected) {
    throw InputError({.what = "the pixel data ends too early",
                      .where = file.path().string(),
                      .expected = std::to_string(expected) + " bytes",
                      .got = std::to_string(got)});
  }
}

void check_encapsulated(const DicomFile& file, const PixelLayout& layout,
                        DcmPixelSequence& sequence) {
  if (!file.damage().empty()) {
    throw InputError({.what = "the compressed pixel data ends too early",
                      .where = file.path().string(),
                      .got = file.damage()});
  }
  // The first item is the table of offsets.
  const unsigned long fragments = std::max(1UL, sequence.card()) - 1;
  if (fragments < static_cast<unsigned long>(layout.frames)) {
    throw InputError({.what = "the compressed pixel data is incomplete",
                      .where = file.path().string(),
                      .expected = std::to_string(layout.frames) + " frames",
                      .got = std::to_string(fragments) + " fragments"});
  }
}

}  // namespace

bool has_pixels(const DicomFile& file) { return file.dataset().tagExists(DCM_PixelData); }

DcmPixelData& pixel_element(const DicomFile& file) {
  DcmElement* element = nullptr;
  if (file.dataset().findAndGetElement(DCM_PixelData, element).good()) {
    if (auto* pixels = dynamic_cast<DcmPixelData*>(element)) return *pixels;
  }
  if (!file.damage().empty()) {
    throw InputError({.what = "the file ends before its pixel data",
                      .where = file.path().string(),
                      .got = file.damage()});
  }
  const std::string modality = file.text(DCM_Modality);
  throw InputError(
      {.what = "no pixels in it" + (modality.empty() ? "" : ": " + modality + " document"),
       .where = file.path().string()});
}

PixelLayout pixel_layout(const DicomFile& file) {
  DcmPixelData& pixels = pixel_element(file);
  if (const std::string syntax = file.transfer_syntax_uid();
      DcmXfer(syntax.c_str()).getXfer() == EXS_Unknown) {
    throw InputError({.what = "this transfer syntax is not known",
                      .where = file.path().string(),
                      .expected = "native, JPEG, JPEG-LS, JPEG 2000 or RLE",
                      .got = syntax});
  }
  if (file.dataset().tagExists(DCM_ModalityLUTSequence)) {
    refuse(file, DCM_ModalityLUTSequence, "RescaleSlope and RescaleIntercept", "a table");
  }

  PixelLayout layout;
  in_range(file, DCM_SamplesPerPixel, 1, 1, 1);
  const std::string photometric = file.text(DCM_PhotometricInterpretation);
  if (!photometric.empty() && photometric != "MONOCHROME1" && photometric != "MONOCHROME2") {
    refuse(file, DCM_PhotometricInterpretation, "MONOCHROME1 or MONOCHROME2", photometric);
  }
  layout.rows = in_range(file, DCM_Rows, 0, 1, 65535);
  layout.columns = in_range(file, DCM_Columns, 0, 1, 65535);
  const auto most = static_cast<std::size_t>(limits().slice_pixels());
  if (layout.pixels() > most) {
    throw InputError({.what = "the slice is too large",
                      .where = file.path().string(),
                      .expected = "at most " + std::to_string(most) + " pixels",
                      .got = std::to_string(layout.rows) + " x " + std::to_string(layout.columns)});
  }
  layout.bits_allocated = unsigned_short(file, DCM_BitsAllocated, 0);
  if (layout.bits_allocated != 8 && layout.bits_allocated != 16) {
    refuse(file, DCM_BitsAllocated, "8 or 16", std::to_string(layout.bits_allocated));
  }
  layout.bits_stored =
      in_range(file, DCM_BitsStored, layout.bits_allocated, 1, layout.bits_allocated);
  layout.high_bit = in_range(file, DCM_HighBit, layout.bits_stored - 1, layout.bits_stored - 1,
                             layout.bits_allocated - 1);
  layout.is_signed = in_range(file, DCM_PixelRepresentation, 0, 0, 1) == 1;
  layout.frames = frame_count(file);

  DcmPixelSequence* sequence = nullptr;
  if (DcmXfer(file.transfer_syntax()).isEncapsulated()) {
    if (pixels.getEncapsulatedRepresentation(file.transfer_syntax(), nullptr, sequence).bad() ||
        sequence == nullptr) {
      throw InputError({.what = "no compressed pixel data where the transfer syntax promises it",
                        .where = file.path().string(),
                        .got = file.transfer_syntax_uid()});
    }
    check_encapsulated(file, layout, *sequence);
  } else {
    check_native(file, layout, pixels);
  }
  return layout;
}

}  // namespace jcs::imaging
