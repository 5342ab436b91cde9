#include "jcs/imaging/pixel_spacing.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/nifti_file.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::pixel_spacing;
using jcs::imaging::PixelSpacing;
using jcs::test::NiftiFile;

class PixelSpacingTest : public testing::Test {
 protected:
  PixelSpacing of_dicom(const char* value) {
    jcs::test::SyntheticSlice slice;
    slice.edit = [&](DcmDataset& data) {
      if (value == nullptr) {
        delete data.remove(DCM_PixelSpacing);
      } else {
        data.putAndInsertString(DCM_PixelSpacing, value);
      }
    };
    slice.write(dir_ / "slice.dcm");
    return pixel_spacing(dir_ / "slice.dcm");
  }
  jcs::test::TempDir dir_;
};

TEST_F(PixelSpacingTest, DicomNamesTheRowsFirst) {
  EXPECT_EQ(of_dicom("0.5\\0.75"), (PixelSpacing{0.5, 0.75}));
  EXPECT_EQ(of_dicom("0\\0.75"), PixelSpacing{});
  EXPECT_EQ(of_dicom(nullptr), PixelSpacing{});
}

TEST_F(PixelSpacingTest, NiftiInTheOrderInWhichSlicesAreShown) {
  NiftiFile file;
  file.directions = {{{-0.5F, 0, 0}, {0, -0.75F, 0}, {0, 0, 3}}};
  file.write<std::int16_t>(dir_ / "a.nii", {1, 2, 3, 4});
  // The first axis runs leftwards, along a row: it is the distance between columns.
  EXPECT_EQ(pixel_spacing(dir_ / "a.nii"), (PixelSpacing{0.75, 0.5}));
  file.directions = {{{0, -0.75F, 0}, {-0.5F, 0, 0}, {0, 0, 3}}};
  file.write<std::int16_t>(dir_ / "b.nii.gz", {1, 2, 3, 4});
  EXPECT_EQ(pixel_spacing(dir_ / "b.nii.gz"), (PixelSpacing{0.75, 0.5}));
}

TEST_F(PixelSpacingTest, NothingIsKnownOfAPicture) {
  std::ofstream(dir_ / "picture.png") << "a picture";
  EXPECT_EQ(pixel_spacing(dir_ / "picture.png"), PixelSpacing{});
}

TEST_F(PixelSpacingTest, RefusesADamagedHeader) {
  std::ofstream(dir_ / "v.nii") << "no header";
  EXPECT_NE(
      jcs::test::error_line<jcs::InputError>([&] { pixel_spacing(dir_ / "v.nii"); }).find("v.nii"),
      std::string::npos);
}

}  // namespace
