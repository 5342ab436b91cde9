#include "jcs/imaging/nifti.hpp"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"
#include "support/nifti_file.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::imaging::NiftiVolume;
using jcs::test::NiftiFile;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int> hu(const cv::Mat& picture) {
  EXPECT_EQ(picture.type(), CV_16SC1);
  return {picture.begin<std::int16_t>(), picture.end<std::int16_t>()};
}
std::vector<int> grey(const cv::Mat& picture) {
  EXPECT_EQ(picture.type(), CV_8UC1);
  return {picture.begin<std::uint8_t>(), picture.end<std::uint8_t>()};
}

template <class Action>
std::string nifti_refusal(Action&& action) {
  return jcs::test::error_line<jcs::InputError>(std::forward<Action>(action));
}
std::string refusal_of(const fs::path& file) {
  return nifti_refusal([&] { NiftiVolume(file).slice(0); });
}

// Two slices of three columns and two rows; -1, -2, ... in the order of the file.
const std::vector<std::int16_t> kTwelve{-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12};

NiftiFile three_by_two() {
  NiftiFile nifti;
  nifti.sizes = {3, 2, 2};
  return nifti;
}

TEST(Nifti, SlicesInDicomOrderStayAsTheyAre) {
  const TempDir dir;
  for (const char* name : {"a.nii", "a.nii.gz", "B.NII.GZ"}) {
    three_by_two().write(dir / name, kTwelve);
    NiftiVolume volume(dir / name);
    EXPECT_EQ(volume.rows(), 2);
    EXPECT_EQ(volume.columns(), 3);
    EXPECT_EQ(volume.slices(), 2);
    EXPECT_TRUE(volume.feet_first());
    EXPECT_THAT(hu(volume.slice(1)), ElementsAre(-7, -8, -9, -10, -11, -12)) << name;
    EXPECT_THAT(hu(volume.slice(0)), ElementsAre(-1, -2, -3, -4, -5, -6)) << name;
  }
}

TEST(Nifti, EveryStoredOrderIsShownWithTheFrontAboveAndTheRightAtTheLeft) {
  const TempDir dir;
  NiftiFile nifti = three_by_two();
  nifti.directions = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};  // the order most tools write
  nifti.write(dir / "ras.nii", kTwelve);
  EXPECT_THAT(hu(NiftiVolume(dir / "ras.nii").slice(0)), ElementsAre(-6, -5, -4, -3, -2, -1));
  nifti.directions = {{{1, 0, 0}, {0, -1, 0}, {0, 0, -1}}};
  nifti.write(dir / "rpi.nii", kTwelve);
  EXPECT_THAT(hu(NiftiVolume(dir / "rpi.nii").slice(0)), ElementsAre(-3, -2, -1, -6, -5, -4));
  EXPECT_FALSE(NiftiVolume(dir / "rpi.nii").feet_first());
  nifti.directions = {{{0, -1, 0}, {-1, 0, 0}, {0, 0, 1}}};  // columns of the file run to the back
  nifti.write(dir / "pls.nii", kTwelve);
  const cv::Mat shown = NiftiVolume(dir / "pls.nii").slice(0);
  EXPECT_EQ(shown.size(), cv::Size(2, 3));
  EXPECT_THAT(hu(shown), ElementsAre(-1, -4, -2, -5, -3, -6));
  nifti.directions = {{{0, 1, 0}, {1, 0, 0}, {0, 0, 1}}};
  nifti.write(dir / "ars.nii", kTwelve);
  EXPECT_THAT(hu(NiftiVolume(dir / "ars.nii").slice(0)), ElementsAre(-6, -3, -5, -2, -4, -1));
}

TEST(Nifti, TwoDimensionsAreOneSlice) {
  const TempDir dir;
  NiftiFile nifti;
  nifti.dimensions = 2;
  nifti.sizes = {3, 2, 0};
  nifti.write(dir / "flat.nii", kTwelve);
  EXPECT_EQ(NiftiVolume(dir / "flat.nii").slices(), 1);
  EXPECT_THAT(hu(NiftiVolume(dir / "flat.nii").slice(0)), ElementsAre(-1, -2, -3, -4, -5, -6));
}

TEST(Nifti, TheQformCountsWhereThereIsNoSform) {
  const TempDir dir;
  NiftiFile nifti = three_by_two();
  nifti.sform = false;
  nifti.qform = true;
  nifti.write(dir / "q.nii", kTwelve);
  EXPECT_THAT(hu(NiftiVolume(dir / "q.nii").slice(0)), ElementsAre(-1, -2, -3, -4, -5, -6));
  for (const float length : {0.0F, -2.0F, std::numeric_limits<float>::quiet_NaN()}) {
    nifti.lengths[2] = length;
    nifti.write(dir / "length.nii", kTwelve);
    EXPECT_THAT(refusal_of(dir / "length.nii"),
                HasSubstr("does not say how large its voxels are (expected pixdim above 0, got "));
  }
  nifti.qform = false;
  nifti.write(dir / "none.nii", kTwelve);
  EXPECT_THAT(
      refusal_of(dir / "none.nii"),
      HasSubstr("none.nii: does not say how the patient lies (expected an sform or a qform)"));
}

TEST(Nifti, ATiltedGantryIsAxialASagittalSeriesIsNot) {
  const TempDir dir;
  NiftiFile nifti = three_by_two();
  nifti.directions = {{{-1, 0, 0}, {0, -0.9F, 0.4F}, {0, 0.4F, 0.9F}}};
  nifti.write(dir / "tilted.nii", kTwelve);
  EXPECT_THAT(hu(NiftiVolume(dir / "tilted.nii").slice(0)), ElementsAre(-1, -2, -3, -4, -5, -6));
  nifti.directions = {{{0, -1, 0}, {0, 0, -1}, {1, 0, 0}}};
  nifti.write(dir / "sagittal.nii", kTwelve);
  EXPECT_THAT(refusal_of(dir / "sagittal.nii"),
              HasSubstr("sagittal.nii: the slices are not axial"));
  nifti.directions = {{{0, 0, 0}, {0, -1, 0}, {0, 0, 1}}};
  nifti.write(dir / "flat.nii", kTwelve);
  EXPECT_THAT(refusal_of(dir / "flat.nii"), HasSubstr("orientation without directions"));
}

TEST(Nifti, ValuesAreRescaledRoundedAndSaturated) {
  const TempDir dir;
  NiftiFile nifti;
  nifti.sizes = {3, 1, 1};
  nifti.slope = 0.5F;
  nifti.intercept = -1000;
  nifti.write(dir / "scaled.nii", std::vector<std::int16_t>{0, 3, 2000});
  EXPECT_THAT(hu(NiftiVolume(dir / "scaled.nii").slice(0)), ElementsAre(-1000, -999, 0));
  nifti.slope = 0;  // by the standard: no rescale
  nifti.intercept = 7;
  nifti.write(dir / "plain.nii", std::vector<std::int16_t>{-5, 3, 2000});
  EXPECT_THAT(hu(NiftiVolume(dir / "plain.nii").slice(0)), ElementsAre(-5, 3, 2000));
  nifti.write(dir / "real.nii",
              std::vector<float>{std::numeric_limits<float>::quiet_NaN(), -3.4F, 1e9F});
  EXPECT_THAT(hu(NiftiVolume(dir / "real.nii").slice(0)), ElementsAre(-1024, -3, 32767));
  nifti.sizes = {2, 1, 1};
  nifti.write(dir / "double.nii", std::vector<double>{-77.7, 0});
  EXPECT_THAT(hu(NiftiVolume(dir / "double.nii").slice(0)), ElementsAre(-78, 0));
}

TEST(Nifti, TheOtherByteOrderIsRead) {
  const TempDir dir;
  NiftiFile nifti = three_by_two();
  nifti.big_endian = true;
  nifti.write(dir / "big.nii.gz", kTwelve);
  EXPECT_THAT(hu(NiftiVolume(dir / "big.nii.gz").slice(1)), ElementsAre(-7, -8, -9, -10, -11, -12));
}

TEST(Nifti, AVolumeOfGreyValuesIsWindowedAlready) {
  const TempDir dir;
  NiftiFile nifti;
  nifti.sizes = {2, 1, 3};
  nifti.write(dir / "grey.nii.gz", std::vector<std::int16_t>{0, 255, 7, 8, 9, 10});
  EXPECT_THAT(grey(NiftiVolume(dir / "grey.nii.gz").slice(1)), ElementsAre(7, 8));
  EXPECT_THAT(grey(jcs::imaging::read_nifti_picture(dir / "grey.nii.gz", 2, {})),
              ElementsAre(9, 10));
  // Scaled to 1, as some networks want them, they would all be black.
  nifti.write(dir / "scaled.nii.gz", std::vector<std::int16_t>{0, 1, 1, 0, 1, 0});
  EXPECT_THAT(refusal_of(dir / "scaled.nii.gz"), HasSubstr("has values from 0 to 1 alone"));
  // One voxel of air in another slice: Hounsfield units, whichever slice is asked for.
  nifti.write(dir / "hu.nii.gz", std::vector<std::int16_t>{0, 255, 7, 8, 9, -1000});
  EXPECT_THAT(hu(NiftiVolume(dir / "hu.nii.gz").slice(0)), ElementsAre(0, 255));
  EXPECT_THAT(grey(jcs::imaging::read_nifti_picture(dir / "hu.nii.gz", 2, {})),
              ElementsAre(255 * (9 + 1350) / 1500, 255 * 350 / 1500 + 1));
}

TEST(Nifti, MasksHoldZeroAndOneOrTheNamedValue) {
  const TempDir dir;
  NiftiFile nifti;
  nifti.sizes = {4, 1, 2};
  nifti.write(dir / "mask.nii.gz", std::vector<std::uint8_t>{0, 1, 1, 0, 0, 1, 2, 3});
  EXPECT_THAT(grey(jcs::imaging::read_nifti_mask(dir / "mask.nii.gz", 0)), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(grey(jcs::imaging::read_nifti_mask(dir / "mask.nii.gz", 1, 3)),
              ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(
      nifti_refusal([&] { jcs::imaging::read_nifti_mask(dir / "mask.nii.gz", 1); }),
      HasSubstr("mask.nii.gz: the mask has a stray value (expected 0 and 1, or a mask value "
                "in the manifest, got 2.000000 in slice 1)"));
  nifti.sizes = {2, 1, 1};
  nifti.write(dir / "half.nii", std::vector<float>{0.5F, 1});
  EXPECT_THAT(nifti_refusal([&] { jcs::imaging::read_nifti_mask(dir / "half.nii", 0, 1); }),
              HasSubstr("stray value"));
}

TEST(Nifti, WhatIsNoAxialVolumeIsRefusedInOneLine) {
  const TempDir dir;
  NiftiFile nifti = three_by_two();
  NiftiFile::write_bytes(dir / "text.nii", std::string(400, 'x'));
  EXPECT_THAT(refusal_of(dir / "text.nii"), HasSubstr("text.nii: is no NIfTI file"));
  NiftiFile::write_bytes(dir / "short.nii", "abc");
  EXPECT_THAT(refusal_of(dir / "short.nii"), HasSubstr("is no NIfTI file"));
  NiftiFile::write_bytes(dir / "empty.nii.gz", "");
  EXPECT_THAT(refusal_of(dir / "empty.nii.gz"), HasSubstr("is no NIfTI file"));
  EXPECT_THAT(refusal_of(dir / "absent.nii"), HasSubstr("is no file"));
  nifti.write(dir / "a.img", kTwelve);
  EXPECT_THAT(refusal_of(dir / "a.img"), HasSubstr("not named like a NIfTI file"));
  nifti.write(dir / "colour.nii", kTwelve, DT_COMPLEX64);
  EXPECT_THAT(refusal_of(dir / "colour.nii"), HasSubstr("does not hold grey values"));
  nifti.dimensions = 4;
  nifti.fourth = 2;
  nifti.write(dir / "time.nii", kTwelve);
  EXPECT_THAT(refusal_of(dir / "time.nii"),
              HasSubstr("has more than three dimensions (expected one CT volume, got 2 along "
                        "dimension 4)"));
  nifti.fourth = 1;
  nifti.write(dir / "one.nii", kTwelve);
  EXPECT_EQ(NiftiVolume(dir / "one.nii").slices(), 2);
  EXPECT_THAT(nifti_refusal([&] { NiftiVolume(dir / "one.nii").slice(2); }),
              HasSubstr("has no such slice (expected 0 to 1, got 2)"));
  EXPECT_THAT(nifti_refusal([&] { NiftiVolume(dir / "one.nii").slice(-1); }),
              HasSubstr("no such slice"));
}

TEST(Nifti, FilesThatEndTooEarlyAndLyingHeadersAreRefused) {
  const TempDir dir;
  NiftiFile nifti = three_by_two();
  nifti.cut = 2;
  nifti.write(dir / "cut.nii", kTwelve);
  EXPECT_THAT(refusal_of(dir / "cut.nii"), HasSubstr("ends too early for its header"));
  nifti.write(dir / "cut.nii.gz", kTwelve);
  EXPECT_THAT(nifti_refusal([&] { NiftiVolume(dir / "cut.nii.gz").slice(1); }),
              HasSubstr("ends too early or is damaged"));
  nifti.cut = 0;
  nifti.write(dir / "whole.nii.gz", kTwelve);
  const std::string packed = jcs::test::content_of(dir / "whole.nii.gz");
  NiftiFile::write_bytes(dir / "half.nii", packed.substr(0, packed.size() / 2));
  fs::rename(dir / "half.nii", dir / "half.nii.gz");
  EXPECT_FALSE(refusal_of(dir / "half.nii.gz").empty());
  nifti.sizes = {4096, 4096, 32767};
  nifti.write(dir / "huge.nii.gz", kTwelve);
  EXPECT_THAT(refusal_of(dir / "huge.nii.gz"), HasSubstr("ends too early for its header"));
  nifti.sizes = {32767, 32767, 1};
  nifti.write(dir / "wide.nii", kTwelve);
  EXPECT_THAT(refusal_of(dir / "wide.nii"), HasSubstr("has a size that no CT has"));
  nifti.sizes = {3, -2, 2};
  nifti.write(dir / "negative.nii", kTwelve);
  EXPECT_THAT(refusal_of(dir / "negative.nii"), HasSubstr("has a size that no CT has"));
  nifti.sizes = {3, 2, 2};
  for (const float offset : {-5.0F, 2e9F, std::numeric_limits<float>::quiet_NaN()}) {
    nifti.offset = offset;
    nifti.write(dir / "offset.nii", kTwelve);
    EXPECT_THAT(refusal_of(dir / "offset.nii"), HasSubstr("no place of the pixels"));
  }
}

TEST(Nifti, DamagedHeadersGiveASliceOrOneLine) {
  const TempDir dir;
  three_by_two().write(dir / "whole.nii", kTwelve);
  const std::string whole = jcs::test::content_of(dir / "whole.nii");
  for (std::size_t at = 0; at < 352; ++at) {
    for (const int flip : {0x01, 0x7F, 0x80, 0xFF}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      NiftiFile::write_bytes(dir / "damaged.nii", bytes);
      try {
        NiftiVolume volume(dir / "damaged.nii");
        EXPECT_EQ(volume.slice(0).size(), cv::Size(volume.columns(), volume.rows()));
      } catch (const jcs::InputError& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      }
    }
  }
}

}  // namespace
