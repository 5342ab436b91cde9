#include "codestream.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <dcmtk/dcmdata/dcpxitem.h>

#include "jcs/core/error.hpp"

namespace jcs::imaging {
namespace {

[[noreturn]] void incomplete(const DicomFile& file, const std::string& reason) {
  throw InputError({.what = "the compressed pixel data is incomplete",
                    .where = file.path().string(),
                    .got = reason});
}

/// The bytes of one fragment, which forgets them again.
std::string bytes_of(const DicomFile& file, DcmPixelItem& fragment) {
  Uint8* bytes = nullptr;
  if (fragment.getLength() == 0) return {};
  const OFCondition status = fragment.getUint8Array(bytes);
  if (status.bad() || bytes == nullptr) incomplete(file, status.text());
  std::string copy(reinterpret_cast<const char*>(bytes), fragment.getLength());
  fragment.compact();
  return copy;
}

unsigned byte_at(const std::string& stream, std::size_t at) {
  return static_cast<unsigned char>(stream[at]);
}

unsigned word_at(const std::string& stream, std::size_t at) {
  return (byte_at(stream, at) << 8U) | byte_at(stream, at + 1);
}

/// Where the frame header of a JPEG (ISO/IEC 10918-1, B.2.2) or JPEG-LS stream begins, or npos.
std::size_t frame_header(const std::string& stream) {
  constexpr unsigned kJpegLs = 0xF7;
  constexpr unsigned kStartOfScan = 0xDA;
  std::size_t at = 2;
  while (at + 9 <= stream.size() && byte_at(stream, at) == 0xFF) {
    const unsigned marker = byte_at(stream, at + 1);
    // C4, C8 and CC lie among the frame headers but are none.
    const bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame || marker == kJpegLs) return at;
    // A segment counts the bytes of its own length.
    if (marker == kStartOfScan || (marker != 0xFF && word_at(stream, at + 2) < 2)) break;
    at += marker == 0xFF ? 1 : 2 + word_at(stream, at + 2);
  }
  return std::string::npos;
}

/// Writers fill a fragment up to even length with either byte, and some with whatever lay there.
bool has_end(const std::string& stream) {
  const auto ends_at = [&](std::size_t end) {
    return end != std::string::npos && end > 0 && stream[end] == '\xD9' &&
           stream[end - 1] == '\xFF';
  };
  return ends_at(stream.find_last_not_of(std::string("\0\xFF", 2))) ||
         (stream.size() > 2 && ends_at(stream.size() - 2));
}

std::size_t rle_word(const std::string& stream, std::size_t at) {
  return byte_at(stream, at) | (byte_at(stream, at + 1) << 8U) | (byte_at(stream, at + 2) << 16U) |
         (std::size_t{byte_at(stream, at + 3)} << 24U);
}

/// How many bytes the runs in [at, end) give, up to `wanted`; what lies behind those is padding.
std::size_t unpacked(const std::string& stream, std::size_t at, std::size_t end,
                     std::size_t wanted) {
  constexpr unsigned kNothing = 128;
  std::size_t bytes = 0;
  while (at < end && bytes < wanted) {
    const unsigned control = byte_at(stream, at++);
    if (control == kNothing) continue;
    const bool literal = control < kNothing;
    const std::size_t run = literal ? control + 1 : 257 - control;
    const std::size_t taken = literal ? run : 1;
    if (taken > end - at) break;
    at += taken;
    bytes += run;
  }
  return bytes;
}

}  // namespace

std::string codestream_of(const DicomFile& file, const PixelLayout& layout, int frame) {
  const std::vector<DcmPixelItem*>& fragments = file.fragments().all();
  if (fragments.empty()) incomplete(file, "no fragments");
  const auto wanted = static_cast<std::size_t>(frame);
  if (fragments.size() == static_cast<std::size_t>(layout.frames)) {
    return bytes_of(file, *fragments.at(wanted));
  }
  // One frame may lie in many fragments.
  std::string stream;
  const std::span<DcmPixelItem* const> of_frame =
      layout.frames == 1 ? std::span(fragments) : file.fragments().of_frame(wanted);
  for (DcmPixelItem* fragment : of_frame) stream += bytes_of(file, *fragment);
  return stream;
}

void check_jpeg(const std::string& stream, const PixelLayout& layout, const DicomFile& file) {
  const std::size_t header =
      stream.starts_with("\xFF\xD8\xFF") ? frame_header(stream) : std::string::npos;
  if (header == std::string::npos) incomplete(file, "no JPEG frame header");
  const unsigned rows = word_at(stream, header + 5);
  const unsigned columns = word_at(stream, header + 7);
  if (rows != static_cast<unsigned>(layout.rows) ||
      columns != static_cast<unsigned>(layout.columns)) {
    throw InputError(
        {.what = "the JPEG codestream disagrees with the header",
         .where = file.path().string(),
         .expected = std::to_string(layout.rows) + " x " + std::to_string(layout.columns),
         .got = std::to_string(rows) + " x " + std::to_string(columns)});
  }
  if (const int precision = jpeg_precision(stream); precision > layout.bits_allocated) {
    throw InputError({.what = "the JPEG codestream disagrees with the header",
                      .where = file.path().string(),
                      .expected = "at most " + std::to_string(layout.bits_allocated) + " bits",
                      .got = std::to_string(precision) + " bits"});
  }
  if (!has_end(stream)) incomplete(file, "a JPEG codestream without its end");
}

int jpeg_precision(const std::string& stream) {
  return static_cast<int>(byte_at(stream, frame_header(stream) + 4));
}

void check_rle(const std::string& stream, const PixelLayout& layout, const DicomFile& file) {
  constexpr std::size_t kHeader = 64;
  if (stream.size() < kHeader) incomplete(file, "no RLE header");
  const std::size_t segments = rle_word(stream, 0);
  // One for each byte of a pixel.
  if (segments != static_cast<std::size_t>(layout.bits_allocated / 8)) {
    incomplete(file, std::to_string(segments) + " RLE segments for pixels of " +
                         std::to_string(layout.bits_allocated) + " bits");
  }
  for (std::size_t i = 1; i <= segments; ++i) {
    const std::size_t begin = rle_word(stream, 4 * i);
    const std::size_t end = i < segments ? rle_word(stream, 4 * i + 4) : stream.size();
    if (begin < kHeader || end < begin || end > stream.size() ||
        unpacked(stream, begin, end, layout.pixels()) < layout.pixels()) {
      incomplete(file, "RLE segment " + std::to_string(i) + " ends too early");
    }
  }
}

}  // namespace jcs::imaging
