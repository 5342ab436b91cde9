#include "jcs/imaging/nifti_study.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nifti2_io.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/nifti_writer.hpp"
#include "jcs/imaging/study.hpp"

#include "support/error_line.hpp"
#include "support/nifti_file.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::imaging::CtVolume;
using jcs::imaging::read_nifti_study;
using jcs::imaging::read_study;
using jcs::test::error_line;
using jcs::test::NiftiFile;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::array<int, 3> kSizes = {4, 3, 5};

// Each voxel has a value of its own, so that its place can be found by it.
std::vector<std::int16_t> stored_values() {
  std::vector<std::int16_t> values;
  for (int voxel = 0; voxel < kSizes[0] * kSizes[1] * kSizes[2]; ++voxel) {
    values.push_back(static_cast<std::int16_t>(11 * voxel - 1024));
  }
  return values;
}

std::size_t voxel_of(std::int16_t value) { return static_cast<std::size_t>((value + 1024) / 11); }

// An axial file, leaning a little, whose axes run as the bits of `turn` say.
NiftiFile file_of(int turn) {
  NiftiFile file;
  file.sizes = kSizes;
  file.directions = {{{-0.7F, 0, 0}, {0, -0.9F, 0.1F}, {0, 0.25F, 2.25F}}};
  if ((turn & 1) != 0) std::swap(file.directions[0], file.directions[1]);
  for (int axis = 0; axis < 3; ++axis) {
    if ((turn & (2 << axis)) == 0) continue;
    for (float& part : file.directions[axis]) part = -part;
  }
  file.origin = {120.5F, -33.25F, -410};
  return file;
}

// Where a stored voxel lies by the file's own words, in DICOM's coordinates.
std::array<double, 3> place_of(const NiftiFile& file, std::size_t voxel) {
  const std::array<std::size_t, 3> index = {voxel % kSizes[0], voxel / kSizes[0] % kSizes[1],
                                            voxel / kSizes[0] / kSizes[1]};
  std::array<double, 3> place{};
  for (int axis = 0; axis < 3; ++axis) {
    place[axis] = file.origin[axis];
    for (int i = 0; i < 3; ++i) {
      place[axis] += static_cast<double>(index[i]) * file.directions[i][axis];
    }
  }
  return {-place[0], -place[1], place[2]};
}

struct FreeWritten {
  void operator()(nifti_image* image) const { nifti_image_free(image); }
};

TEST(NiftiStudy, EveryVoxelLiesWhereTheFilePutsIt) {
  const TempDir dir;
  for (int turn = 0; turn < 16; ++turn) {
    SCOPED_TRACE(turn);
    const NiftiFile file = file_of(turn);
    file.write(dir.path() / "ct.nii.gz", stored_values());
    const CtVolume volume = read_nifti_study(dir.path() / "ct.nii.gz");
    ASSERT_EQ(volume.hu.size(), stored_values().size());
    EXPECT_FALSE(volume.windowed);
    EXPECT_GT(volume.row_direction[0], 0.9) << "from the patient's right to left";
    EXPECT_GT(volume.column_direction[1], 0.9) << "from front to back";
    EXPECT_GT(volume.slices.back().location_mm, volume.slices.front().location_mm);
    std::size_t at = 0;
    for (const jcs::imaging::SliceInfo& slice : volume.slices) {
      for (int row = 0; row < volume.rows; ++row) {
        for (int column = 0; column < volume.columns; ++column, ++at) {
          const auto expected = place_of(file, voxel_of(volume.hu[at]));
          for (std::size_t axis = 0; axis < 3; ++axis) {
            EXPECT_NEAR(slice.position[axis] +
                            column * volume.column_spacing_mm * volume.row_direction[axis] +
                            row * volume.row_spacing_mm * volume.column_direction[axis],
                        expected[axis], 1e-4);
          }
        }
      }
    }
  }
}

TEST(NiftiStudy, AMaskGoesBackOntoTheVoxelsOfTheFile) {
  const TempDir dir;
  for (int turn = 0; turn < 16; ++turn) {
    SCOPED_TRACE(turn);
    const NiftiFile file = file_of(turn);
    file.write(dir.path() / "ct.nii", stored_values());
    const CtVolume volume = read_nifti_study(dir.path() / "ct.nii");
    std::vector<std::uint8_t> mask;
    for (const std::int16_t hu : volume.hu) mask.push_back(voxel_of(hu) % 7 == 2 ? 1 : 0);
    write_nifti_mask(dir.path() / "mask.nii.gz", volume, mask);
    const std::unique_ptr<nifti_image, FreeWritten> written(
        nifti_image_read((dir.path() / "mask.nii.gz").c_str(), 1));
    ASSERT_TRUE(written);
    EXPECT_THAT(std::vector({written->nx, written->ny, written->nz}),
                ElementsAre(kSizes[0], kSizes[1], kSizes[2]));
    const auto* values = static_cast<const std::uint8_t*>(written->data);
    for (std::size_t voxel = 0; voxel < mask.size(); ++voxel) {
      EXPECT_EQ(values[voxel], voxel % 7 == 2 ? 1 : 0) << voxel;
    }
    for (int row = 0; row < 3; ++row) {
      for (int axis = 0; axis < 3; ++axis) {
        EXPECT_NEAR(written->sto_xyz.m[row][axis], file.directions[axis][row], 1e-6);
      }
      EXPECT_NEAR(written->sto_xyz.m[row][3], file.origin[row], 1e-4);
    }
  }
}

TEST(NiftiStudy, IsReadInPlaceOfAFolder) {
  const TempDir dir;
  NiftiFile file = file_of(0);
  file.slope = 2;
  file.intercept = -7;
  file.write(dir.path() / "CT.NII.GZ", stored_values());
  const CtVolume volume = read_study(dir.path() / "CT.NII.GZ");
  EXPECT_EQ(volume.slice_count(), 5U);
  EXPECT_EQ(volume.hu.front(), 2 * -1024 - 7);
  EXPECT_NEAR(volume.slice_spacing_mm, 2.25, 0.05);
  EXPECT_EQ(volume.slices[3].frame, 3);
  EXPECT_EQ(volume.slices[3].file.filename(), "CT.NII.GZ");
  EXPECT_THAT(
      error_line<jcs::UsageError>([&] { read_study(dir.path() / "CT.NII.GZ", {.series = "7"}); }),
      HasSubstr("no series '7'"));
}

TEST(NiftiStudy, GreyValuesAreNoHounsfieldUnitsAndSaidSo) {
  const TempDir dir;
  NiftiFile file = file_of(0);
  std::vector<std::uint8_t> values(60, 9);
  values[59] = 255;
  file.write(dir.path() / "ct.nii", values);
  const CtVolume volume = read_nifti_study(dir.path() / "ct.nii");
  EXPECT_TRUE(volume.windowed);
  EXPECT_EQ(volume.hu.back(), 255);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("grey values")));
}

TEST(NiftiStudy, RefusesRowsAndColumnsThatAreNotAtRightAngles) {
  const TempDir dir;
  NiftiFile file = file_of(0);
  file.directions[1][0] = 0.4F;
  file.write(dir.path() / "ct.nii", stored_values());
  EXPECT_THAT(error_line<jcs::InputError>([&] { read_nifti_study(dir.path() / "ct.nii"); }),
              testing::AllOf(HasSubstr("right angles"), HasSubstr("ct.nii")));
}

TEST(NiftiStudy, StopsWhenAskedTo) {
  const TempDir dir;
  file_of(0).write(dir.path() / "ct.nii", stored_values());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(read_nifti_study(dir.path() / "ct.nii", jcs::no_progress(), stop.get_token()),
               jcs::Interrupted);
}

}  // namespace
