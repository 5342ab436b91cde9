#include "frame_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <dcmtk/dcmdata/dccodec.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include "jcs/core/error.hpp"

#include "codestream.hpp"
#include "jpeg2000.hpp"

namespace jcs::imaging {
namespace {

[[noreturn]] void cannot_decode(const DicomFile& file, const std::string& reason) {
  throw InputError(
      {.what = "the pixel data cannot be decoded",
       .where = file.path().string() + ": " + DcmXfer(file.transfer_syntax()).getXferName(),
       .got = reason});
}

bool is_jpeg2000(E_TransferSyntax syntax) {
  return syntax == EXS_JPEG2000LosslessOnly || syntax == EXS_JPEG2000;
}

/// The decoder leaves the fragments that it read in memory.
void forget_fragments(const DicomFile& file) {
  DcmPixelSequence* sequence = nullptr;
  DcmPixelItem* item = nullptr;
  pixel_element(file).getEncapsulatedRepresentation(file.transfer_syntax(), nullptr, sequence);
  for (unsigned long i = 0; sequence != nullptr && i < sequence->card(); ++i) {
    if (sequence->getItem(item, i).good()) item->compact();
  }
}

std::vector<std::int32_t> decode_by_dcmtk(const DicomFile& file, const PixelLayout& layout,
                                          int frame) {
  const E_TransferSyntax syntax = file.transfer_syntax();
  const bool encapsulated = DcmXfer(syntax).isEncapsulated();
  if (encapsulated) {
    if (!DcmCodecList::canChangeCoding(syntax, EXS_LittleEndianExplicit)) {
      throw InputError({.what = "this compression cannot be decoded",
                        .where = file.path().string(),
                        .expected = "native, JPEG, JPEG-LS, JPEG 2000 or RLE",
                        .got = file.transfer_syntax_uid() + ", " + DcmXfer(syntax).getXferName()});
    }
    check_jpeg(codestream_of(file, layout, frame), layout, file);
  }
  // DCMTK wants an even number of bytes.
  std::vector<std::uint8_t> bytes(layout.frame_bytes() + layout.frame_bytes() % 2);
  Uint32 fragment = 0;
  OFString colour_model;
  const OFCondition status = pixel_element(file).getUncompressedFrame(
      &file.dataset(), static_cast<Uint32>(frame), fragment, bytes.data(),
      static_cast<Uint32>(bytes.size()), colour_model);
  if (status.bad()) cannot_decode(file, status.text());
  if (encapsulated) forget_fragments(file);

  std::vector<std::int32_t> values(layout.pixels());
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t bits = bytes[i];
    if (layout.bits_allocated == 16) {
      std::uint16_t word = 0;
      std::memcpy(&word, bytes.data() + 2 * i, 2);
      bits = word;
    }
    values[i] = stored_value(bits, layout);
  }
  return values;
}

}  // namespace

std::vector<std::int32_t> decode_frame(const DicomFile& file, const PixelLayout& layout,
                                       int frame) {
  if (frame < 0 || frame >= layout.frames) {
    throw InputError({.what = "no such frame",
                      .where = file.path().string(),
                      .expected = "0 to " + std::to_string(layout.frames - 1),
                      .got = std::to_string(frame)});
  }
  if (!is_jpeg2000(file.transfer_syntax())) return decode_by_dcmtk(file, layout, frame);

  PixelLayout low_bits = layout;
  low_bits.high_bit = layout.bits_stored - 1;
  const auto bits = decode_jpeg2000(codestream_of(file, layout, frame), layout, file.path());
  std::vector<std::int32_t> values(bits.size());
  std::transform(bits.begin(), bits.end(), values.begin(),
                 [&](std::uint32_t pixel) { return stored_value(pixel, low_bits); });
  return values;
}

}  // namespace jcs::imaging
