#include "jcs/imaging/limits.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/dicom_pixels.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/limits_for.hpp"
#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::test::LimitsFor;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::HasSubstr;

TEST(Limits, ASeriesThatWouldTakeTooMuchMemoryIsRefusedBeforeItDoes) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = slice.columns = 300;
  for (int i = 0; i < 8; ++i) {
    slice.position[2] = i;
    slice.instance_number = i + 1;
    slice.write(dir / ("slice" + std::to_string(i) + ".dcm"));
  }
  const LimitsFor small({.volume_mib = 1});
  EXPECT_THAT(
      jcs::test::error_line<jcs::InputError>([&] { jcs::imaging::read_study(dir.path()); }),
      HasSubstr("slice0.dcm: the series is too large (expected at most 1 MiB of pixels, got 1 MiB "
                "in 8 slices of 300 x 300)"));
}

TEST(Limits, AFileWithTooManyFramesIsRefused) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.edit = [](DcmDataset& data) { data.putAndInsertString(DCM_NumberOfFrames, "21"); };
  slice.write(dir / "frames.dcm");
  const LimitsFor small({.frames = 20});
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::imaging::read_dicom_frame(dir / "frames.dcm"); }),
              HasSubstr("the file has too many frames (expected at most 20, got 21)"));
}

TEST(Limits, OutOfRangeAreRefusedByName) {
  EXPECT_THAT(jcs::test::error_line<jcs::UsageError>(
                  [] { jcs::imaging::set_limits({.decoder_seconds = 0}); }),
              HasSubstr("limit_decoder_seconds: out of range (expected 1 to 86400, got 0)"));
}

}  // namespace
