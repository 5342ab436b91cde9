#include "frame_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <dcmtk/dcmdata/dccodec.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include "jcs/core/error.hpp"

#include "codec.hpp"
#include "codestream.hpp"
#include "decode_elsewhere.hpp"
#include "jpeg2000.hpp"

namespace jcs::imaging {
namespace {

[[noreturn]] void cannot_decode(const DicomFile& file, const std::string& reason) {
  throw InputError(
      {.what = "the pixel data cannot be decoded",
       .where = file.path().string() + ": " + DcmXfer(file.transfer_syntax()).getXferName(),
       .got = reason});
}

/// The decoder process's answer where there is one, else decoded here.
std::vector<std::uint16_t> pixels_of(const CompressedFrame& frame, std::string& failure) {
  if (DecoderProcesses* processes = DecoderProcesses::running()) {
    return decode_elsewhere(*processes, frame, failure);
  }
  std::vector<std::uint16_t> pixels(frame.layout.pixels());
  failure = decode_codestream(frame, pixels);
  return pixels;
}

/// The layout in which DCMTK hands out a JPEG or JPEG-LS codestream: one byte per pixel where a
/// sample has up to 8 bits, whatever the header allocates.
PixelLayout as_decoded(const PixelLayout& layout, int precision, const DicomFile& file) {
  constexpr int kByte = 8;
  PixelLayout decoded = layout;
  if (layout.bits_allocated > kByte && precision <= kByte) {
    // By the header the sign lies above all bits that there are: it may be lost.
    if (layout.is_signed && layout.bits_stored > kByte) {
      throw InputError({.what = "the JPEG codestream disagrees with the header",
                        .where = file.path().string(),
                        .expected = std::to_string(layout.bits_stored) + " bits with a sign",
                        .got = std::to_string(precision) + " bits"});
    }
    decoded.bits_allocated = kByte;
    decoded.bits_stored = std::min(layout.bits_stored, kByte);
  }
  // Values that reached up to the header's high bit would not fit: they were shifted down.
  if (decoded.high_bit >= precision) decoded.high_bit = decoded.bits_stored - 1;
  return decoded;
}

std::vector<std::int32_t> decode_compressed(const DicomFile& file, const PixelLayout& layout,
                                            int frame) {
  const E_TransferSyntax syntax = file.transfer_syntax();
  if (!is_jpeg2000(syntax) && !DcmCodecList::canChangeCoding(syntax, EXS_LittleEndianExplicit)) {
    throw InputError({.what = "this compression cannot be decoded",
                      .where = file.path().string(),
                      .expected = "native, JPEG, JPEG-LS, JPEG 2000 or RLE",
                      .got = file.transfer_syntax_uid() + ", " + DcmXfer(syntax).getXferName()});
  }
  const std::string stream = codestream_of(file, layout, frame);
  PixelLayout stored = layout;
  if (is_jpeg2000(syntax)) {
    check_jpeg2000(stream, layout, file.path());
    // GDCM hands out values shifted down already.
    stored.high_bit = layout.bits_stored - 1;
  } else if (syntax == EXS_RLELossless) {
    check_rle(stream, layout, file);
  } else {
    check_jpeg(stream, layout, file);
    stored = as_decoded(layout, jpeg_precision(stream), file);
  }
  std::string failure;
  const std::vector<std::uint16_t> pixels = pixels_of({syntax, stored, stream}, failure);
  if (!failure.empty()) cannot_decode(file, failure);

  std::vector<std::int32_t> values(pixels.size());
  std::transform(pixels.begin(), pixels.end(), values.begin(),
                 [&](std::uint16_t pixel) { return stored_value(pixel, stored); });
  return values;
}

std::vector<std::int32_t> read_native(const DicomFile& file, const PixelLayout& layout, int frame) {
  // DCMTK wants an even number of bytes.
  std::vector<std::uint8_t> bytes(layout.frame_bytes() + layout.frame_bytes() % 2);
  Uint32 fragment = 0;
  OFString colour_model;
  const OFCondition status = pixel_element(file).getUncompressedFrame(
      &file.dataset(), static_cast<Uint32>(frame), fragment, bytes.data(),
      static_cast<Uint32>(bytes.size()), colour_model);
  if (status.bad()) cannot_decode(file, status.text());
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
  if (DcmXfer(file.transfer_syntax()).isEncapsulated()) {
    return decode_compressed(file, layout, frame);
  }
  return read_native(file, layout, frame);
}

}  // namespace jcs::imaging
