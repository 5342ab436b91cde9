#include "jcs/data/stage_one_file.hpp"

#include <cstring>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "jcs/core/hash.hpp"

#include "data/mat_writer.hpp"
#include "support/error_line.hpp"
#include "support/process.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::data::read_stage_one_file;
using jcs::data::StageOneFile;
using jcs::test::MatWriter;
using jcs::test::TempDir;
using testing::HasSubstr;

int vgg_value(std::size_t c, std::size_t y, std::size_t x) {
  return static_cast<int>((c * 31 + y * 7 + x * 3) % 256);
}
int res_value(std::size_t c, std::size_t y, std::size_t x) {
  return static_cast<int>((c * 5 + y * 11 + x * 13) % 256);
}

void write_pair(const fs::path& file, mat_ft version = MAT_FT_MAT5,
                matio_compression compression = MAT_COMPRESSION_ZLIB) {
  MatWriter mat(file, version);
  mat.features("vgg_feats", {1, 64, 5, 6}, vgg_value, compression);
  mat.features("res2net_feats", {1, 64, 3, 3}, res_value, compression);
}

void expect_pair(const StageOneFile& features) {
  ASSERT_EQ(features.vgg.channels, 64);
  ASSERT_EQ(features.vgg.rows, 5);
  ASSERT_EQ(features.vgg.columns, 6);
  ASSERT_EQ(features.res2net.rows, 3);
  ASSERT_EQ(features.res2net.columns, 3);
  for (std::size_t c = 0; c < 64; ++c) {
    for (std::size_t y = 0; y < 5; ++y) {
      for (std::size_t x = 0; x < 6; ++x) {
        ASSERT_EQ(features.vgg.values[(c * 5 + y) * 6 + x], vgg_value(c, y, x));
      }
    }
    for (std::size_t y = 0; y < 3; ++y) {
      for (std::size_t x = 0; x < 3; ++x) {
        ASSERT_EQ(features.res2net.values[(c * 3 + y) * 3 + x], res_value(c, y, x));
      }
    }
  }
}

std::string refusal(const fs::path& file) {
  return jcs::test::error_line<jcs::InputError>([&] { read_stage_one_file(file); });
}

TEST(StageOneFile, TurnsMatlabsOrderIntoOurs) {
  const TempDir dir;
  write_pair(dir / "a.mat");
  expect_pair(read_stage_one_file(dir / "a.mat"));
  write_pair(dir / "b.mat", MAT_FT_MAT5, MAT_COMPRESSION_NONE);
  expect_pair(read_stage_one_file(dir / "b.mat"));
}

TEST(StageOneFile, TheLeadingOneMayBeMissing) {
  const TempDir dir;
  {
    MatWriter mat(dir / "a.mat");
    mat.features("res2net_feats", {64, 3, 3}, res_value);
    mat.features("vgg_feats", {64, 5, 6}, vgg_value);
  }
  expect_pair(read_stage_one_file(dir / "a.mat"));
}

TEST(StageOneFile, StoredBytesAreWhatAnotherReaderSees) {
  const fs::path file = jcs::test::reference_dir() / "features_0.mat";
  JCS_NEEDS(file);
  const StageOneFile features = read_stage_one_file(file);
  EXPECT_EQ(features.vgg.rows, 64);
  EXPECT_EQ(features.vgg.columns, 96);
  // SHA-256 of the arrays as SciPy reads them, in C order.
  EXPECT_EQ(jcs::sha256(std::as_bytes(std::span(features.vgg.values))),
            "95c36c0604dbd0756e0a3991c1c5c2e6d1ed46b9e41e3740d30276475fa5cf02");
  EXPECT_EQ(jcs::sha256(std::as_bytes(std::span(features.res2net.values))),
            "389bceb959dfc3096ee14e04dd01f3d08e652c582907bb6308e711fdf999fe3a");
}

TEST(StageOneFile, WhatIsNoMatFileIsRefused) {
  const TempDir dir;
  std::ofstream(dir / "text.mat") << std::string(500, 'x');
  EXPECT_EQ(refusal(dir / "text.mat"),
            (dir / "text.mat").string() + ": is no MAT file (expected MATLAB 5)");
  std::ofstream(dir / "empty.mat").flush();
  EXPECT_THAT(refusal(dir / "empty.mat"), HasSubstr("is no MAT file"));
  EXPECT_THAT(refusal(dir / "absent.mat"), HasSubstr("absent.mat: is no file"));
  EXPECT_THAT(refusal(dir.path()), HasSubstr("is no file"));
}

// What looks like version 5 but for the lower byte of the version, matio read as version 4, whose
// name was to be two gigabytes long.
TEST(StageOneFile, AnUnknownVersionIsRefused) {
  const TempDir dir;
  write_pair(dir / "a.mat", MAT_FT_MAT5);
  std::string bytes = jcs::test::content_of(dir / "a.mat");
  ASSERT_EQ(bytes.substr(124, 4), std::string("\x00\x01IM", 4));
  bytes[124] = ' ';
  std::ofstream(dir / "a.mat") << bytes;
  EXPECT_THAT(refusal(dir / "a.mat"), HasSubstr("is no MAT file (expected MATLAB 5)"));
}

TEST(StageOneFile, Version73IsRefused) {
  const TempDir dir;
  write_pair(dir / "a.mat", MAT_FT_MAT73);
  EXPECT_EQ(refusal(dir / "a.mat"), (dir / "a.mat").string() +
                                        ": is a MAT file of version 7.3 (expected MATLAB 5, as "
                                        "save() writes it with -v7)");
}

TEST(StageOneFile, AMissingFieldIsNamedWithWhatIsThere) {
  const TempDir dir;
  {
    MatWriter mat(dir / "a.mat");
    mat.features("vgg_feats", {1, 64, 2, 2}, vgg_value);
    mat.features("other", {1, 64, 2, 2}, vgg_value);
  }
  EXPECT_EQ(refusal(dir / "a.mat"),
            (dir / "a.mat").string() +
                ": res2net_feats: the field is missing (expected vgg_feats and res2net_feats, got "
                "vgg_feats, other)");
  { MatWriter mat(dir / "none.mat"); }
  EXPECT_THAT(refusal(dir / "none.mat"), HasSubstr("got no variable"));
}

TEST(StageOneFile, OtherTypesAreNamed) {
  const TempDir dir;
  const std::vector<std::size_t> sizes{1, 64, 2, 2};
  {
    MatWriter mat(dir / "double.mat");
    mat.add("vgg_feats", MAT_C_DOUBLE, MAT_T_DOUBLE, sizes, std::vector<double>(256, 1.0));
  }
  EXPECT_THAT(refusal(dir / "double.mat"),
              HasSubstr("vgg_feats: is of another type (expected uint8, got double)"));
  {
    MatWriter mat(dir / "int8.mat");
    mat.add("vgg_feats", MAT_C_INT8, MAT_T_INT8, sizes, std::vector<std::int8_t>(256, 1));
  }
  EXPECT_THAT(refusal(dir / "int8.mat"), HasSubstr("got int8"));
  {
    MatWriter mat(dir / "logical.mat");
    mat.add("vgg_feats", MAT_C_UINT8, MAT_T_UINT8, sizes, std::vector<std::uint8_t>(256, 1),
            MAT_COMPRESSION_ZLIB, MAT_F_LOGICAL);
  }
  EXPECT_THAT(refusal(dir / "logical.mat"), HasSubstr("got logical"));
  {
    MatWriter mat(dir / "text.mat");
    mat.add("vgg_feats", MAT_C_CHAR, MAT_T_UTF8, {1, 3}, std::vector<char>{'a', 'b', 'c'});
  }
  EXPECT_THAT(refusal(dir / "text.mat"), HasSubstr("got text"));
}

TEST(StageOneFile, OtherShapesAreNamed) {
  const TempDir dir;
  const auto shaped = [&](const std::vector<std::size_t>& sizes) {
    {
      MatWriter mat(dir / "a.mat");
      std::size_t count = 1;
      for (const std::size_t size : sizes) count *= size;
      mat.add("vgg_feats", MAT_C_UINT8, MAT_T_UINT8, sizes, std::vector<std::uint8_t>(count, 1));
      mat.features("res2net_feats", {1, 64, 2, 2}, res_value);
    }
    return refusal(dir / "a.mat");
  };
  EXPECT_THAT(shaped({1, 32, 4, 4}),
              HasSubstr("vgg_feats: has another shape (expected 64 x H x W, got 1x32x4x4)"));
  EXPECT_THAT(shaped({2, 64, 4, 4}), HasSubstr("got 2x64x4x4"));
  EXPECT_THAT(shaped({64, 16}), HasSubstr("got 64x16"));
  EXPECT_THAT(shaped({1, 64, 4, 4, 2}), HasSubstr("another shape"));
  EXPECT_THAT(shaped({1, 64, 0, 4}), HasSubstr("another shape"));
  EXPECT_THAT(shaped({64, 1, 2049}), HasSubstr("larger than any slice"));
  EXPECT_THAT(shaped({1, 64, 6, 4}),
              HasSubstr("the two fields are not of one slice (expected res2net_feats of 3x2 beside "
                        "vgg_feats of 6x4, got 2x2)"));
}

TEST(StageOneFile, TruncatedFilesAreRefusedAtEveryLength) {
  const TempDir dir;
  for (const auto compression : {MAT_COMPRESSION_ZLIB, MAT_COMPRESSION_NONE}) {
    write_pair(dir / "whole.mat", MAT_FT_MAT5, compression);
    const std::string bytes = jcs::test::content_of(dir / "whole.mat");
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / 60);
    for (std::size_t length = 0; length + 8 < bytes.size(); length += step) {
      std::ofstream(dir / "cut.mat", std::ios::binary) << bytes.substr(0, length);
      EXPECT_FALSE(refusal(dir / "cut.mat").empty()) << length << " of " << bytes.size();
    }
  }
}

TEST(StageOneFile, ALyingHeaderAllocatesNothing) {
  const TempDir dir;
  write_pair(dir / "whole.mat", MAT_FT_MAT5, MAT_COMPRESSION_NONE);
  std::string bytes = jcs::test::content_of(dir / "whole.mat");
  // The sizes 1, 64, 5, 6 as 32-bit numbers.
  const std::string sizes("\x01\0\0\0\x40\0\0\0\x05\0\0\0\x06\0\0\0", 16);
  const std::size_t at = bytes.find(sizes);
  ASSERT_NE(at, std::string::npos);
  const std::string inside("\x01\0\0\0\x40\0\0\0\0\x08\0\0\0\x08\0\0", 16);  // 2048 x 2048
  std::ofstream(dir / "a.mat", std::ios::binary) << bytes.replace(at, 16, inside);
  EXPECT_THAT(refusal(dir / "a.mat"), HasSubstr("claims more values than the file can hold"));
  const std::string beyond("\x01\0\0\0\x40\0\0\0\xFF\xFF\xFF\x7F\xFF\xFF\xFF\x7F", 16);
  std::ofstream(dir / "b.mat", std::ios::binary) << bytes.replace(at, 16, beyond);
  EXPECT_FALSE(refusal(dir / "b.mat").empty());
}

/// So many times 64 MiB of zeros, packed once: a full flush leaves bytes that may be repeated.
std::string packed_zeros(int times) {
  z_stream stream{};
  EXPECT_EQ(deflateInit(&stream, Z_BEST_COMPRESSION), Z_OK);
  std::vector<unsigned char> zeros(1U << 20U), out(1U << 20U);
  std::string head, block;
  const auto flush = [&](unsigned bytes, std::string& to) {
    stream.next_in = zeros.data();
    stream.avail_in = bytes;
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FULL_FLUSH);
    to.append(reinterpret_cast<const char*>(out.data()), out.size() - stream.avail_out);
  };
  flush(1, head);
  for (int i = 0; i < 64; ++i) flush(1U << 20U, block);
  deflateEnd(&stream);
  for (int i = 0; i < times; ++i) head += block;
  return head;
}

// Checking a variable unpacks it: ten megabytes would take a minute.
TEST(StageOneFile, AVariableLargerThanAnyFieldIsNotUnpackedToItsEnd) {
  const TempDir dir;
  const std::string zeros = packed_zeros(160);  // 10 GiB
  std::string file = "MATLAB 5.0 MAT-file";
  file.resize(124, ' ');
  file += std::string("\0\x01IM\x0F\0\0\0", 8);
  for (int shift = 0; shift < 32; shift += 8) {
    file += static_cast<char>((zeros.size() >> shift) & 0xFFU);
  }
  std::ofstream(dir / "bomb.mat", std::ios::binary) << file << zeros;
  EXPECT_THAT(refusal(dir / "bomb.mat"),
              HasSubstr("a variable unpacks to more than any field has"));
}

TEST(StageOneFile, DamagedBytesOfAPackedFileAreNoticed) {
  const TempDir dir;
  write_pair(dir / "whole.mat");
  const std::string whole = jcs::test::content_of(dir / "whole.mat");
  for (std::size_t at = 136; at < whole.size(); at += 3) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    std::ofstream(dir / "a.mat", std::ios::binary) << bytes;
    EXPECT_FALSE(refusal(dir / "a.mat").empty()) << at << " of " << whole.size();
  }
}

TEST(StageOneFile, DamagedBytesOfAnUnpackedFileGiveValuesOrOneLine) {
  const TempDir dir;
  write_pair(dir / "whole.mat", MAT_FT_MAT5, MAT_COMPRESSION_NONE);
  const std::string whole = jcs::test::content_of(dir / "whole.mat");
  for (std::size_t at = 124; at < 1500; at += 5) {
    std::string bytes = whole;
    bytes.at(at) = static_cast<char>(bytes[at] ^ 0x55);
    std::ofstream(dir / "a.mat", std::ios::binary) << bytes;
    try {
      read_stage_one_file(dir / "a.mat");
    } catch (const jcs::InputError&) {
    }
  }
}

}  // namespace
