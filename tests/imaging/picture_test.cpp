#include "jcs/imaging/picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "jcs/core/error.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::Preprocessing;
using jcs::imaging::CtVolume;
using jcs::imaging::read_mask;
using jcs::imaging::read_picture;
using jcs::imaging::read_study;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int> pixels(const cv::Mat& picture) {
  return {picture.begin<std::uint8_t>(), picture.end<std::uint8_t>()};
}

template <class Action>
std::string picture_refusal(Action&& action) {
  return jcs::test::error_line<jcs::InputError>(std::forward<Action>(action));
}

/// A grey picture of two rows whose first pixel is `first`.
cv::Mat small_picture(int first) { return (cv::Mat_<std::uint8_t>(2, 3) << first, 1, 2, 3, 4, 5); }

void write(const std::filesystem::path& file, const cv::Mat& picture) {
  std::filesystem::create_directories(file.parent_path());
  ASSERT_TRUE(cv::imwrite(file.string(), picture));
}

/// A PNG of 4 x 1 pixels with palette indices 0, 1, 2, 0 of two bits; three colours as given.
std::string palette_png(const std::string& colours) {
  const auto chunk = [](const std::string& type, const std::string& data) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : type + data) {
      crc ^= static_cast<unsigned char>(c);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    const auto number = [](std::uint32_t value) {
      std::string text;
      for (const unsigned shift : {24U, 16U, 8U, 0U})
        text += static_cast<char>((value >> shift) & 0xFFU);
      return text;
    };
    return number(static_cast<std::uint32_t>(data.size())) + type + data + number(~crc);
  };
  // zlib: header, one stored block of two bytes (filter 0, indices), Adler-32.
  const std::string row("\x00\x18", 2);  // 00 01 10 00
  const std::string zlib =
      std::string("\x78\x01\x01\x02\x00\xFD\xFF", 7) + row + std::string("\x00\x1A\x00\x19", 4);
  return std::string("\x89PNG\r\n\x1A\n", 8) +
         chunk("IHDR", std::string("\0\0\0\4\0\0\0\1\2\3\0\0\0", 13)) + chunk("PLTE", colours) +
         chunk("IDAT", zlib) + chunk("IEND", "");
}

TEST(Windowed, TheWindowsEndsAreBlackAndWhite) {
  CtVolume volume;
  volume.rows = 1;
  volume.columns = 6;
  volume.hu = {-2000, -1350, -600, -599, 150, 3000};
  volume.slices.resize(1);
  EXPECT_THAT(pixels(jcs::imaging::windowed(volume, 0, Preprocessing{})),
              ElementsAre(0, 0, 128, 128, 255, 255));
  Preprocessing narrow;
  narrow.window_center = 40;
  narrow.window_width = 400;
  volume.hu = {-160, -159, 39, 40, 238, 240};
  EXPECT_THAT(pixels(jcs::imaging::windowed(volume, 0, narrow)),
              ElementsAre(0, 1, 127, 128, 254, 255));
}

TEST(ReadPicture, ADicomSliceIsWindowedAsInAVolume) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.write(dir / "slice.dcm");
  const cv::Mat picture = read_picture(dir / "slice.dcm", Preprocessing{});
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(picture.size(), cv::Size(4, 3));
  EXPECT_EQ(pixels(picture), pixels(jcs::imaging::windowed(volume, 0, Preprocessing{})));
  // 1000 - 1024 = -24 HU lies 1326 of 1500 HU into the window.
  EXPECT_EQ(picture.at<std::uint8_t>(0, 0), std::lround(255.0 * 1326 / 1500));
}

TEST(ReadPicture, OtherModalitiesAreRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.modality = "MR";
  slice.write(dir / "mr.dcm");
  EXPECT_THAT(picture_refusal([&] { read_picture(dir / "mr.dcm", {}); }),
              HasSubstr("mr.dcm: Modality (0008,0060): is no CT slice"));
}

TEST(ReadPicture, GreyPicturesKeepTheirValues) {
  const TempDir dir;
  const cv::Mat grey = small_picture(200);
  write(dir / "grey.png", grey);
  EXPECT_EQ(pixels(read_picture(dir / "grey.png", {})), pixels(grey));
  cv::Mat equal_channels;
  cv::merge(std::vector<cv::Mat>{grey, grey, grey}, equal_channels);
  write(dir / "equal.png", equal_channels);
  EXPECT_EQ(pixels(read_picture(dir / "equal.png", {})), pixels(grey));
}

TEST(ReadPicture, WhatIsNoGreyPictureOfEightBitsIsRefused) {
  const TempDir dir;
  write(dir / "colour.png", cv::Mat(2, 2, CV_8UC3, cv::Scalar(1, 2, 3)));
  EXPECT_THAT(picture_refusal([&] { read_picture(dir / "colour.png", {}); }),
              HasSubstr("is coloured"));
  write(dir / "deep.png", cv::Mat(2, 2, CV_16UC1, cv::Scalar(4000)));
  EXPECT_THAT(picture_refusal([&] { read_picture(dir / "deep.png", {}); }),
              HasSubstr("expected 8 bits, got 16 bits"));
  std::ofstream(dir / "text.png") << "no picture";
  EXPECT_THAT(picture_refusal([&] { read_picture(dir / "text.png", {}); }), HasSubstr("text.png"));
  std::ofstream(dir / "empty.png").flush();
  EXPECT_THAT(picture_refusal([&] { read_picture(dir / "empty.png", {}); }),
              HasSubstr("empty.png"));
  EXPECT_THAT(picture_refusal([&] { read_picture(dir / "absent.png", {}); }),
              HasSubstr("absent.png"));
  EXPECT_THAT(picture_refusal([&] { read_picture(dir.path(), {}); }), HasSubstr("is no file"));
}

// A hole of gigabytes takes no place on the disk.
TEST(ReadPicture, AFileThatNoPictureNeedsIsRefusedBeforeItIsRead) {
  const TempDir dir;
  write(dir / "a.bmp", small_picture(9));
  std::filesystem::resize_file(dir / "a.bmp", std::uintmax_t{20} << 30U);
  EXPECT_THAT(picture_refusal([&] { read_picture(dir / "a.bmp", {}); }),
              HasSubstr("a.bmp: is too large"));
}

TEST(ReadMask, EverythingButBlackIsOne) {
  const TempDir dir;
  write(dir / "mask.png", (cv::Mat_<std::uint8_t>(1, 4) << 0, 1, 255, 0));
  EXPECT_THAT(pixels(read_mask(dir / "mask.png")), ElementsAre(0, 1, 1, 0));
  cv::Mat colour = cv::Mat::zeros(1, 3, CV_8UC3);
  colour.at<cv::Vec3b>(0, 1) = {0, 0, 128};
  write(dir / "colour.png", colour);
  EXPECT_THAT(pixels(read_mask(dir / "colour.png")), ElementsAre(0, 1, 0));
}

TEST(ReadMask, InAPaletteIndexZeroIsBackgroundWhateverItsColour) {
  const TempDir dir;
  std::ofstream(dir / "usual.png", std::ios::binary)
      << palette_png(std::string("\0\0\0\x80\0\0\0\x80\0", 9));
  EXPECT_THAT(pixels(read_mask(dir / "usual.png")), ElementsAre(0, 1, 1, 0));
  std::ofstream(dir / "white.png", std::ios::binary)
      << palette_png(std::string("\xFF\xFF\xFF\0\0\0\x10\x20\x30", 9));
  EXPECT_THAT(pixels(read_mask(dir / "white.png")), ElementsAre(0, 1, 1, 0));
}

TEST(ReadMask, WhatOnlyIsNamedLikeAPictureIsRefusedBeforeAnyDecoderSeesIt) {
  const TempDir dir;
  // OpenCV would take it for DICOM, and GDCM, which it asks then, would end the program.
  const std::string file = std::string("\x89P", 2) + std::string(126, '\x0B') + "DICM`\x82";
  std::ofstream(dir / "mask.png", std::ios::binary) << file;
  EXPECT_THAT(picture_refusal([&] { read_mask(dir / "mask.png"); }),
              HasSubstr("mask.png: is no picture that can be decoded (expected PNG, JPEG, BMP or "
                        "TIFF"));
}

TEST(ReadMask, RefusesAPictureOfManyShades) {
  const jcs::test::TempDir dir;
  cv::Mat shades(1, 17, CV_8UC1);
  for (int i = 0; i < 17; ++i) {
    shades.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
  }
  write(dir / "shades.png", shades);
  EXPECT_THAT(picture_refusal([&] { read_mask(dir / "shades.png"); }),
              HasSubstr("shades.png: is no mask (expected at most 16 values, got 17)"));
  write(dir / "classes.png", shades.colRange(0, 16));
  EXPECT_EQ(cv::countNonZero(read_mask(dir / "classes.png")), 15);
}

// Disease of one side: the shades begin behind the middle of the row.
TEST(ReadMask, RefusesAPictureOfManyShadesOf16Bits) {
  const TempDir dir;
  cv::Mat shades = cv::Mat::zeros(1, 40, CV_16UC1);
  for (int i = 20; i < 40; ++i)
    shades.at<std::uint16_t>(0, i) = static_cast<std::uint16_t>(900 * i);
  write(dir / "shades.png", shades);
  EXPECT_THAT(picture_refusal([&] { read_mask(dir / "shades.png"); }),
              HasSubstr("shades.png: is no mask (expected at most 16 values, got 21)"));
  shades.setTo(256, shades > 0);
  write(dir / "mask.png", shades);
  EXPECT_EQ(cv::countNonZero(read_mask(dir / "mask.png")), 20);
}

TEST(ReadMask, JpegIsRefused) {
  const TempDir dir;
  write(dir / "mask.jpg", small_picture(255));
  EXPECT_THAT(picture_refusal([&] { read_mask(dir / "mask.jpg"); }), HasSubstr("mask.jpg"));
}

TEST(ReadMask, RealMasksHaveOpacitiesAndBackground) {
  const auto folder = jcs::test::data_dir() / "COVID-19-CT100/tr_mask_new";
  JCS_NEEDS(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const cv::Mat mask = read_mask(entry.path());
    const int opacity = cv::countNonZero(mask == 1);
    EXPECT_GT(opacity, 0) << entry.path();
    EXPECT_EQ(opacity + cv::countNonZero(mask == 0), 512 * 512) << entry.path();
    EXPECT_LT(opacity, 512 * 512 / 2) << entry.path();
  }
}

TEST(PictureFolder, PicturesAreAWindowedVolumeInNaturalOrder) {
  const TempDir dir;
  for (const int number : {1, 2, 10}) {
    write(dir / ("slice_" + std::to_string(number) + ".png"), small_picture(number));
  }
  std::ofstream(dir / "notes.txt") << "foreign";
  const CtVolume volume = read_study(dir.path());
  ASSERT_EQ(volume.slice_count(), 3U);
  EXPECT_TRUE(volume.windowed);
  EXPECT_EQ(volume.slice(0)[0], 1);
  EXPECT_EQ(volume.slice(1)[0], 2);
  EXPECT_EQ(volume.slice(2)[0], 10);
  EXPECT_EQ(volume.voxel_volume_ml(), 0.0);
  EXPECT_TRUE(std::isnan(volume.slices[0].location_mm));
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("ordered by file name")));
  EXPECT_EQ(pixels(jcs::imaging::windowed(volume, 2, {})), pixels(small_picture(10)));
}

/// A TIFF of grey pictures one below the other, `kinds` are their NewSubfileTypes.
std::string tiff(const std::vector<std::uint32_t>& kinds, bool big_endian = false) {
  const auto number = [big_endian](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFFU);
    if (big_endian) std::reverse(text.begin(), text.end());
    return text;
  };
  std::string file = std::string(big_endian ? "MM\0*" : "II*\0", 4) + number(16, 4) +
                     std::string("\7\1\2\3\4\5\0\0", 8);
  for (std::size_t page = 0; page < kinds.size(); ++page) {
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> entries = {
        {254, kinds[page]}, {256, 3}, {257, 2}, {258, 8}, {259, 1},
        {262, 1},           {273, 8}, {277, 1}, {278, 2}, {279, 6}};
    file += number(static_cast<std::uint32_t>(entries.size()), 2);
    for (const auto& [tag, value] : entries) {
      file += number(tag, 2) + number(4, 2) + number(1, 4) + number(value, 4);
    }
    const auto end = static_cast<std::uint32_t>(file.size() + 4);
    file += number(page + 1 < kinds.size() ? end : 0, 4);
  }
  return file;
}

TEST(ReadPicture, ATiffOfSeveralPagesIsRefused) {
  const TempDir dir;
  const auto tiff_at = [&](const char* name, const std::string& content) {
    std::ofstream(dir / name, std::ios::binary) << content;
    return dir / name;
  };
  EXPECT_EQ(pixels(read_picture(tiff_at("one.tif", tiff({0})), {})), pixels(small_picture(7)));
  EXPECT_THAT(picture_refusal([&] {
                read_picture(tiff_at("two.tif", tiff({0, 0})), {});
              }),
              HasSubstr("two.tif: the TIFF has more than one page"));
  EXPECT_THAT(picture_refusal([&] {
                read_picture(tiff_at("pages.tif", tiff({2, 2})), {});
              }),
              HasSubstr("more than one page"));
  EXPECT_THAT(picture_refusal([&] {
                read_picture(tiff_at("big.tif", tiff({0, 0}, true)), {});
              }),
              HasSubstr("more than one page"));
  EXPECT_EQ(pixels(read_picture(tiff_at("big.tif", tiff({0, 1}, true)), {})),
            pixels(small_picture(7)));
  // A preview and a mask are no pages.
  EXPECT_EQ(pixels(read_picture(tiff_at("preview.tif", tiff({0, 1, 4})), {})),
            pixels(small_picture(7)));
  EXPECT_THAT(picture_refusal([&] {
                read_picture(tiff_at("late.tif", tiff({0, 1, 0})), {});
              }),
              HasSubstr("more than one page"));
  EXPECT_THAT(
      picture_refusal([&] { read_picture(tiff_at("many.tif", tiff(std::vector(100, 1U))), {}); }),
      HasSubstr("more than one page"));
  // In a circle, and beyond the end.
  for (const char* next : {"\x10\0\0\0", "\xFF\xFF\xFF\x7F"}) {
    std::string odd = tiff({0});
    odd.replace(odd.size() - 4, 4, next, 4);
    EXPECT_EQ(pixels(read_picture(tiff_at("odd.tif", odd), {})), pixels(small_picture(7)));
  }
  ASSERT_TRUE(cv::imwritemulti((dir / "written.tif").string(),
                               std::vector<cv::Mat>{small_picture(1), small_picture(2)}));
  EXPECT_THAT(picture_refusal([&] { read_study(dir.path()); }), HasSubstr("more than one page"));
  EXPECT_THAT(picture_refusal([&] { read_picture(dir / "written.tif", {}); }),
              HasSubstr("written.tif: the TIFF has more than one page"));
}

TEST(PictureFolder, DicomGoesBeforePictures) {
  const TempDir dir;
  write(dir / "preview.png", small_picture(1));
  SyntheticSlice().write(dir / "slice.dcm");
  EXPECT_FALSE(read_study(dir.path()).windowed);
}

TEST(PictureFolder, MixedSizesAndDamagedPicturesAreRefusedByName) {
  const TempDir dir;
  write(dir / "a.png", small_picture(1));
  write(dir / "b.png", cv::Mat(3, 3, CV_8UC1, cv::Scalar(0)));
  EXPECT_THAT(picture_refusal([&] { read_study(dir.path()); }), HasSubstr("b.png: the pictures"));
  std::ofstream(dir / "b.png") << "no picture";
  EXPECT_THAT(picture_refusal([&] { read_study(dir.path()); }), HasSubstr("b.png: is no picture"));
}

TEST(PictureFolder, PicturesHaveNoSeries) {
  const TempDir dir;
  write(dir / "a.png", small_picture(1));
  EXPECT_THROW(read_study(dir.path(), {.series = "3"}), jcs::UsageError);
}

}  // namespace
