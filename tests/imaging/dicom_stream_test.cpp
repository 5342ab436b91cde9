// Files that would take the parser's stack, the memory or hours: sequences in sequences, values
// that unpack without end, elements without number.

#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zlib.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/dicom_pixels.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/file_bytes.hpp"
#include "imaging/frame_expectations.hpp"
#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::test::content_of;
using jcs::test::frame_refusal;
using jcs::test::overwrite;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::HasSubstr;

TEST(DicomStream, SequencesWithoutEndAreRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.write(dir / "whole.dcm");
  const std::string whole = content_of(dir / "whole.dcm");
  const std::size_t pixels = whole.find(std::string("\xE0\x7F\x10\x00", 4));
  ASSERT_NE(pixels, std::string::npos);
  // A sequence and an item in it, both of a length that is not said.
  const std::string nested(
      "\x40\x00\x55\x05SQ\x00\x00\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF", 20);
  for (const int depth : {20'000, 400'000}) {
    std::string deep = whole.substr(0, pixels);
    for (int i = 0; i < depth; ++i) deep += nested;
    overwrite(dir / "deep.dcm", deep);
    EXPECT_THAT(frame_refusal(dir / "deep.dcm"),
                HasSubstr("deep.dcm: sequences are nested too deep"));
    std::filesystem::remove(dir / "whole.dcm");
    EXPECT_THAT(
        jcs::test::error_line<jcs::InputError>([&] { jcs::imaging::list_series(dir.path()); }),
        HasSubstr("no CT slices in it (got 1 file: 0 not DICOM, 0 without pixels, 1 unreadable"));
  }
}

// Deflate takes zeros to a thousandth: half a megabyte would take half a gigabyte.
TEST(DicomStream, ADeflatedFileThatUnpacksToHundredsOfItsSizeIsRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = slice.columns = 8;
  slice.edit = [](DcmDataset& data) {
    const std::vector<Uint8> zeros(std::size_t{300} << 20U);
    data.putAndInsertUint8Array(DcmTag(0x0029, 0x1010, EVR_OB), zeros.data(),
                                static_cast<unsigned long>(zeros.size()));
  };
  slice.syntax = EXS_DeflatedLittleEndianExplicit;
  slice.write(dir / "bomb.dcm");
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::imaging::read_dicom_frame(dir / "bomb.dcm"); }),
              HasSubstr("unpacks to too much"));
}

/// Where the data set begins: behind the preamble and the group of meta information.
std::size_t data_set_of(const std::string& content) {
  std::size_t length = 0;
  for (std::size_t i = 4; i-- > 0;) {
    length = length << 8U | static_cast<unsigned char>(content.at(132 + 8 + i));
  }
  return 132 + 12 + length;
}

/// Deflated so that other such pieces may stand before and behind it.
std::string deflated(std::string content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, content.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FULL_FLUSH), Z_OK);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// A value is taken piece by piece, so that what goes too far is seen before it is all there.
TEST(DicomStream, AValueThatUnpacksToAGigabyteDoesNotTakeIt) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.syntax = EXS_DeflatedLittleEndianExplicit;
  slice.write(dir / "deflated.dcm");
  const std::string head = content_of(dir / "deflated.dcm");
  std::string bomb = head.substr(0, data_set_of(head));
  bomb += deflated(std::string("\x08\0\x60\0CS\x02\0CT\xE0\x7F\x10\0OW\0\0\0\0\0\x40", 22));
  const std::string zeros = deflated(std::string(std::size_t{32} << 20U, '\0'));
  for (int i = 0; i < 32; ++i) bomb += zeros;
  overwrite(dir / "bomb.dcm", bomb);

  rusage before{}, after{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &before), 0);
  EXPECT_THAT(frame_refusal(dir / "bomb.dcm"), HasSubstr("unpacks to too much"));
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &after), 0);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 512 << 10) << "KiB";
}

// A disk full of zeros behind the image costs nothing where files may have holes. Eight of them are
// an element.
TEST(DicomStream, AFileOfMoreElementsThanAnyImageIsRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.write(dir / "hole.dcm");
  const auto whole = std::filesystem::file_size(dir / "hole.dcm");
  std::filesystem::resize_file(dir / "hole.dcm", whole + (std::uintmax_t{100} << 30U));
  EXPECT_THAT(frame_refusal(dir / "hole.dcm"), HasSubstr("holds more elements than any image"));
}

}  // namespace
