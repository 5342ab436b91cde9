#include "dicom_stream.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <system_error>

#include <dcmtk/dcmdata/dcerror.h>

#include "jcs/imaging/limits.hpp"

namespace jcs::imaging {
namespace {

// Of the 8 MiB that threads have by default. DCMTK takes less than 1 KiB for a sequence, and no
// scanner nests ten.
constexpr std::uintptr_t kMostStack = std::uintptr_t{1} << 20U;

// What is read into memory before a file is suspected: the largest slice is as large.
constexpr std::int64_t kAnyhow = std::int64_t{128} << 20U;
// Slices pack to a third; deflate takes zeros to a thousandth.
constexpr std::uintmax_t kMostRatio = 100;

// What the parser reads at once of tags, types and lengths at most, and how often it may: three
// times for an element. Twenty thousand frames with fifty elements each stay far below.
constexpr offile_off_t kMostOfHeader = 64;
constexpr std::int64_t kMostHeaders = 8'000'000;

/// Where the stack is now.
const std::byte* stack_here() { return static_cast<const std::byte*>(__builtin_frame_address(0)); }

std::uintptr_t distance(const std::byte* a, const std::byte* b) {
  const auto first = reinterpret_cast<std::uintptr_t>(a);
  const auto second = reinterpret_cast<std::uintptr_t>(b);
  return first > second ? first - second : second - first;
}

}  // namespace

DicomStream::DicomStream(const std::filesystem::path& file)
    : DcmInputFileStream(OFFilename(file.c_str())), file_(file), stack_(stack_here()) {
  std::error_code error;
  size_ = std::filesystem::file_size(file, error);
}

OFBool DicomStream::good() const { return !refusal_ && DcmInputFileStream::good(); }

OFCondition DicomStream::status() const {
  return refusal_ ? EC_InvalidStream : DcmInputFileStream::status();
}

OFBool DicomStream::eos() { return refusal_ || DcmInputFileStream::eos(); }

offile_off_t DicomStream::avail() { return refusal_ ? 0 : DcmInputFileStream::avail(); }

offile_off_t DicomStream::read(void* buffer, offile_off_t length) {
  if (!refusal_ && distance(stack_, stack_here()) > kMostStack) {
    refusal_ = {.what = "sequences are nested too deep", .where = file_.string()};
  }
  if (!refusal_ && length <= kMostOfHeader && ++headers_ > kMostHeaders) {
    refusal_ = {.what = "holds more elements than any image", .where = file_.string()};
  }
  if (refusal_) {
    // The parser does not look how much it got of tags and lengths. It does for values, which may
    // claim gigabytes that nothing has touched yet.
    std::memset(buffer, 0, static_cast<std::size_t>(std::min(length, kMostOfHeader)));
    return 0;
  }
  auto* const bytes = static_cast<std::byte*>(buffer);
  return in_pieces(length, [&](offile_off_t done, offile_off_t piece) {
    return DcmInputFileStream::read(bytes + done, piece);
  });
}

offile_off_t DicomStream::skip(offile_off_t length) {
  if (refusal_) return 0;
  return in_pieces(length, [&](offile_off_t /*done*/, offile_off_t piece) {
    return DcmInputFileStream::skip(piece);
  });
}

// A single value may unpack to gigabytes.
offile_off_t DicomStream::in_pieces(
    offile_off_t length, const std::function<offile_off_t(offile_off_t, offile_off_t)>& take) {
  constexpr offile_off_t kPiece = 16 << 20;
  offile_off_t done = 0;
  do {
    const offile_off_t piece = std::min(length - done, kPiece);
    const offile_off_t got = take(done, piece);
    done += got;
    count(got);
    if (got < piece) break;
  } while (done < length && !refusal_);
  return done;
}

void DicomStream::count(offile_off_t bytes) {
  bytes_ += bytes;
  if (bytes_ <= kAnyhow) return;
  // Only what is packed can be much more than its file.
  const auto got = static_cast<std::uintmax_t>(bytes_);
  if (got <= (bytes_ >> 20 <= limits().volume_mib ? kMostRatio : 2) * size_) return;
  refusal_ = {.what = "unpacks to too much",
              .where = file_.string(),
              .expected = "at most " + std::to_string(limits().volume_mib) + " MiB, and " +
                          std::to_string(kMostRatio) + " times the file"};
}

}  // namespace jcs::imaging
