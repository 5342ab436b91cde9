// Values of a volume, damaged slices, threads.

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::CtVolume;
using jcs::imaging::read_study;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<int> values_of(const SyntheticSlice& slice, CtVolume* whole = nullptr) {
  const TempDir dir;
  slice.write(dir / "slice.dcm");
  const CtVolume volume = read_study(dir.path());
  if (whole != nullptr) *whole = volume;
  return {volume.hu.begin(), volume.hu.end()};
}

SyntheticSlice one_row(std::vector<std::uint16_t> stored) {
  SyntheticSlice slice;
  slice.rows = 1;
  slice.columns = static_cast<int>(stored.size());
  slice.stored = std::move(stored);
  return slice;
}

void truncate(const std::filesystem::path& file, std::uintmax_t bytes) {
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - bytes);
}

TEST(StudyValues, RescaledValuesAreRoundedAndSaturated) {
  SyntheticSlice slice = one_row({0, 1, 3, 60000});
  slice.slope = "2.5";
  slice.intercept = "-1000";
  EXPECT_THAT(values_of(slice), ElementsAre(-1000, -998, -993, 32767));
  slice.slope = "-2.5";
  EXPECT_THAT(values_of(slice), ElementsAre(-1000, -1003, -1008, -32768));
}

TEST(StudyValues, PaddingBecomesAir) {
  SyntheticSlice slice = one_row({63536, 24, 1024, 3000});  // 63536 = -2000 as a signed value
  slice.is_signed = true;
  slice.edit = [](DcmDataset& data) {
    data.putAndInsertUint16(DcmTag(DCM_PixelPaddingValue, EVR_US), 63536);
  };
  CtVolume volume;
  EXPECT_THAT(values_of(slice, &volume), ElementsAre(-1024, -1000, 0, 1976));
  EXPECT_THAT(volume.warnings, IsEmpty());
}

TEST(StudyValues, APaddingRangeBecomesAir) {
  SyntheticSlice slice = one_row({65535, 65530, 1024, 65000});
  slice.edit = [](DcmDataset& data) {
    data.putAndInsertUint16(DcmTag(DCM_PixelPaddingValue, EVR_US), 65535);
    data.putAndInsertUint16(DcmTag(DCM_PixelPaddingRangeLimit, EVR_US), 65530);
  };
  EXPECT_THAT(values_of(slice), ElementsAre(-1024, -1024, 0, 32767));
}

TEST(StudyValues, PaddingThatTissueMayHaveIsSaid) {
  SyntheticSlice slice = one_row({1064, 1024});
  slice.edit = [](DcmDataset& data) {
    data.putAndInsertUint16(DcmTag(DCM_PixelPaddingValue, EVR_US), 1064);
  };
  CtVolume volume;
  EXPECT_THAT(values_of(slice, &volume), ElementsAre(-1024, 0));
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("means 40 HU")));
}

TEST(StudyValues, AMissingRescaleIsSaid) {
  SyntheticSlice slice = one_row({40, 0xFC18});
  slice.is_signed = true;
  slice.slope.reset();
  slice.intercept.reset();
  CtVolume volume;
  EXPECT_THAT(values_of(slice, &volume), ElementsAre(40, -1000));
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("no rescale")));
}

TEST(StudyValues, PaddingOfAnySliceAndAllOfItsRangeIsSaid) {
  const TempDir dir;
  for (int i = 0; i < 4; ++i) {
    SyntheticSlice slice = one_row({1064, 1024});
    slice.position[2] = i;
    slice.edit = [i](DcmDataset& data) {
      if (i == 0) data.putAndInsertUint16(DcmTag(DCM_PixelPaddingValue, EVR_US), 0);
      if (i == 2) data.putAndInsertUint16(DcmTag(DCM_PixelPaddingValue, EVR_US), 1064);
      if (i != 3) return;
      data.putAndInsertUint16(DcmTag(DCM_PixelPaddingValue, EVR_US), 0);
      data.putAndInsertUint16(DcmTag(DCM_PixelPaddingRangeLimit, EVR_US), 1030);
    };
    slice.write(dir / std::to_string(i));
  }
  for (const int threads : {1, 3}) {
    const CtVolume volume = read_study(dir.path(), {.threads = threads});
    EXPECT_THAT(volume.hu, ElementsAre(40, 0, 40, 0, -1024, 0, 40, -1024));
    EXPECT_THAT(volume.warnings,
                ElementsAre(HasSubstr("padding value of 2 of 4 slices means -1024 to 40 HU")));
  }
}

TEST(StudyValues, ARescaleThatSomeSlicesLackIsRefusedByName) {
  const auto refusal = [](const std::function<void(SyntheticSlice&)>& change) {
    const TempDir dir;
    for (int i = 0; i < 4; ++i) {
      SyntheticSlice slice;
      slice.position[2] = i;
      if (i == 3) change(slice);
      slice.write(dir / ("s" + std::to_string(i)));
    }
    return jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); });
  };
  EXPECT_THAT(refusal([](SyntheticSlice& slice) {
                slice.slope.reset();
                slice.intercept.reset();
              }),
              HasSubstr("s3: the slices of the series differ in whether they name a rescale "
                        "(expected a slope and an intercept as in s0, got none)"));
  EXPECT_THAT(refusal([](SyntheticSlice& slice) { slice.intercept.reset(); }),
              HasSubstr("got a slope alone"));
}

TEST(StudyValues, HalfARescaleIsSaid) {
  SyntheticSlice slice = one_row({40});
  slice.intercept.reset();
  CtVolume volume;
  EXPECT_THAT(values_of(slice, &volume), ElementsAre(40));
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("no rescale intercept")));
  slice.slope.reset();
  slice.intercept = "-1000";
  EXPECT_THAT(values_of(slice, &volume), ElementsAre(-960));
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("no rescale slope")));
}

TEST(StudyValues, EverySliceHasItsOwnRescale) {
  const TempDir dir;
  for (int i = 0; i < 2; ++i) {
    SyntheticSlice slice = one_row({100});
    slice.position[2] = i;
    slice.slope = i == 0 ? "1" : "2";
    slice.intercept = "0";
    slice.write(dir / std::to_string(i));
  }
  EXPECT_THAT(read_study(dir.path()).hu, ElementsAre(100, 200));
}

TEST(StudyValues, ABadSlopeInTheMiddleIsNamed) {
  const TempDir dir;
  for (int i = 0; i < 5; ++i) {
    SyntheticSlice slice;
    slice.position[2] = i;
    if (i == 3) slice.slope = "0";
    slice.write(dir / ("s" + std::to_string(i)));
  }
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); }),
              HasSubstr("s3: RescaleSlope (0028,1053)"));
}

TEST(StudyValues, ATruncatedSliceOfTheSeriesIsNamed) {
  const TempDir dir;
  for (int i = 0; i < 4; ++i) {
    SyntheticSlice slice;
    slice.position[2] = i;
    slice.write(dir / ("s" + std::to_string(i)));
  }
  truncate(dir / "s2", 10);
  const std::string line = jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); });
  EXPECT_THAT(line, HasSubstr("s2: the pixel data ends too early (expected 24 bytes, got 14)"));
}

TEST(StudyValues, ATruncatedSliceOfAnotherSeriesDoesNoHarm) {
  const TempDir dir;
  for (int i = 0; i < 4; ++i) {
    SyntheticSlice slice;
    slice.position[2] = i;
    slice.write(dir / ("s" + std::to_string(i)));
  }
  SyntheticSlice other;
  other.series_uid = "1.2.3.99";
  other.series_number = 99;
  other.write(dir / "other");
  truncate(dir / "other", 10);
  EXPECT_EQ(read_study(dir.path()).slice_count(), 4U);
}

TEST(StudyValues, AFileThatIsTornNearItsBeginningIsSaid) {
  const TempDir dir;
  for (int i = 0; i < 2; ++i) {
    SyntheticSlice slice;
    slice.position[2] = i;
    slice.write(dir / ("s" + std::to_string(i)));
  }
  std::filesystem::copy_file(dir / "s0", dir / "torn");
  std::filesystem::resize_file(dir / "torn", 140);
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 2U);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("torn")));
}

TEST(StudyValues, TheFirstDamagedSliceIsReportedAndResultsAreAlikeForAnyThreads) {
  const TempDir dir;
  for (int i = 0; i < 24; ++i) {
    SyntheticSlice slice;
    slice.rows = slice.columns = 32;
    slice.position[2] = i;
    slice.tag = i;
    slice.syntax = i % 2 == 0 ? EXS_JPEGProcess14SV1 : EXS_RLELossless;
    slice.write(dir / ("s" + std::to_string(i)));
  }
  const CtVolume one = read_study(dir.path(), {.threads = 1});
  for (const int threads : {2, 7}) {
    const CtVolume many = read_study(dir.path(), {.threads = threads});
    EXPECT_EQ(many.hu, one.hu);
    EXPECT_EQ(many.warnings, one.warnings);
  }
  for (const int i : {9, 17}) {
    SyntheticSlice slice;
    slice.rows = slice.columns = 32;
    slice.position[2] = i;
    slice.slope = "0";
    slice.write(dir / ("s" + std::to_string(i)));
  }
  for (const int threads : {1, 2, 7}) {
    EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                    [&] { read_study(dir.path(), {.threads = threads}); }),
                HasSubstr("s9: RescaleSlope"));
  }
}

TEST(StudyValues, ATiltedHeadThatIsCoarserAboveIsReadAndSaid) {
  const auto folder = jcs::test::data_dir() / "dicom-edge/ge-head-tilted";
  JCS_NEEDS(folder);
  const CtVolume volume = read_study(folder);
  EXPECT_EQ(volume.slice_count(), 28U);
  EXPECT_NEAR(volume.slice_spacing_mm, 4.0, 0.01);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("not evenly spaced: 1.08 to 7 mm"),
                                           HasSubstr("tilted by 18.5 degrees")));
}

}  // namespace
