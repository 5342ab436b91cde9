#include "jcs/imaging/nifti_writer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nifti2_io.h>
#include <opencv2/core.hpp>

#include "jcs/core/error.hpp"
#include "jcs/imaging/nifti.hpp"

#include "support/error_line.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::imaging::CtVolume;
using jcs::imaging::nifti_affine;
using jcs::imaging::NiftiVolume;
using jcs::imaging::Vec3;
using jcs::imaging::write_nifti_mask;
using jcs::imaging::write_nifti_volume;
using jcs::test::TempDir;
using testing::HasSubstr;

struct FreeImage {
  void operator()(nifti_image* image) const { nifti_image_free(image); }
};
using Image = std::unique_ptr<nifti_image, FreeImage>;

Image read(const fs::path& file) { return Image(nifti_image_read(file.c_str(), 1)); }

// No two sides, spacings or voxels are equal. Column and row direction must be at right angles.
CtVolume volume_of(const Vec3& row_direction, const Vec3& column_direction, const Vec3& normal) {
  CtVolume volume;
  volume.columns = 4;
  volume.rows = 3;
  volume.column_spacing_mm = 0.7;
  volume.row_spacing_mm = 0.9;
  volume.slice_spacing_mm = 2.5;
  volume.row_direction = row_direction;
  volume.column_direction = column_direction;
  volume.normal = normal;
  const Vec3 origin = {-120.5, 33.25, -410.0};
  for (int k = 0; k < 5; ++k) {
    jcs::imaging::SliceInfo slice;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      slice.position[axis] = origin[axis] + 2.5 * k * normal[axis];
      slice.location_mm += slice.position[axis] * normal[axis];
    }
    volume.slices.push_back(slice);
  }
  for (int voxel = 0; voxel < 60; ++voxel) {
    volume.hu.push_back(static_cast<std::int16_t>(37 * voxel - 1024));
  }
  return volume;
}
CtVolume axial() { return volume_of({1, 0, 0}, {0, 1, 0}, {0, 0, 1}); }

// A label for some voxels, no two slices alike.
std::vector<std::uint8_t> mask_of(const CtVolume& volume) {
  std::vector<std::uint8_t> mask;
  for (const std::int16_t hu : volume.hu) mask.push_back(hu % 5 == 0 ? 1 : 0);
  return mask;
}

// The centre of a voxel by DICOM's formula, with x and y turned to NIfTI's directions.
Vec3 expected_place(const CtVolume& volume, int i, int j, int k) {
  Vec3 at{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    at[axis] = volume.slices[k].position[axis] +
               i * volume.column_spacing_mm * volume.row_direction[axis] +
               j * volume.row_spacing_mm * volume.column_direction[axis];
  }
  return {-at[0], -at[1], at[2]};
}

double error_mm(const nifti_dmat44& m, const CtVolume& volume) {
  double error = 0;
  for (int k = 0; k < static_cast<int>(volume.slice_count()); ++k) {
    for (int j = 0; j < volume.rows; ++j) {
      for (int i = 0; i < volume.columns; ++i) {
        const Vec3 expected = expected_place(volume, i, j, k);
        for (int axis = 0; axis < 3; ++axis) {
          const double at = m.m[axis][0] * i + m.m[axis][1] * j + m.m[axis][2] * k + m.m[axis][3];
          error = std::max(error, std::abs(at - expected[axis]));
        }
      }
    }
  }
  return error;
}

struct Orientation {
  const char* name;
  CtVolume volume;
};

std::vector<Orientation> orientations() {
  const double c = std::cos(0.35), s = std::sin(0.35);
  const double d = std::cos(0.2), t = std::sin(0.2);
  return {
      {"axial", axial()},
      {"prone", volume_of({-1, 0, 0}, {0, -1, 0}, {0, 0, 1})},
      {"mirrored", volume_of({1, 0, 0}, {0, -1, 0}, {0, 0, 1})},
      {"coronal", volume_of({1, 0, 0}, {0, 0, -1}, {0, 1, 0})},
      {"sagittal", volume_of({0, 1, 0}, {0, 0, -1}, {1, 0, 0})},
      {"oblique", volume_of({c, s, 0}, {-s * d, c * d, t}, {s * t, -c * t, d})},
  };
}

TEST(NiftiWriter, EveryVoxelLiesWhereDicomPutsItInSixOrientations) {
  const TempDir dir;
  for (const auto& [name, volume] : orientations()) {
    for (const char* ending : {".nii", ".nii.gz"}) {
      const fs::path file = dir / (std::string(name) + ending);
      write_nifti_volume(file, volume);
      const Image image = read(file);
      ASSERT_NE(image, nullptr) << file;
      EXPECT_EQ(image->nx, 4);
      EXPECT_EQ(image->ny, 3);
      EXPECT_EQ(image->nz, 5);
      EXPECT_EQ(image->datatype, DT_INT16);
      EXPECT_EQ(image->xyz_units, NIFTI_UNITS_MM);
      EXPECT_EQ(image->sform_code, NIFTI_XFORM_SCANNER_ANAT);
      EXPECT_EQ(image->qform_code, NIFTI_XFORM_SCANNER_ANAT);
      EXPECT_LT(error_mm(image->sto_xyz, volume), 1e-4) << name;
      EXPECT_LT(error_mm(image->qto_xyz, volume), 1e-3) << name;
      EXPECT_NEAR(image->dz, 2.5, 1e-5);
      const auto* voxels = static_cast<const std::int16_t*>(image->data);
      EXPECT_TRUE(std::equal(volume.hu.begin(), volume.hu.end(), voxels)) << name;
    }
  }
}

TEST(NiftiWriter, MasksComeBackVoxelByVoxelWithTheirLabels) {
  const TempDir dir;
  for (const auto& [name, volume] : orientations()) {
    std::vector<std::uint8_t> mask = mask_of(volume);
    mask[7] = 2;
    write_nifti_mask(dir / "mask.nii.gz", volume, mask);
    const Image image = read(dir / "mask.nii.gz");
    ASSERT_NE(image, nullptr);
    EXPECT_EQ(image->datatype, DT_UINT8);
    EXPECT_LT(error_mm(image->sto_xyz, volume), 1e-4) << name;
    const auto* voxels = static_cast<const std::uint8_t*>(image->data);
    EXPECT_TRUE(std::equal(mask.begin(), mask.end(), voxels)) << name;
  }
}

TEST(NiftiWriter, AnAxialVolumeIsReadBackAsItWas) {
  const TempDir dir;
  const CtVolume volume = axial();
  std::vector<std::uint8_t> mask = mask_of(volume);
  write_nifti_volume(dir / "ct.nii.gz", volume);
  write_nifti_mask(dir / "mask.nii", volume, mask);
  NiftiVolume ct(dir / "ct.nii.gz");
  NiftiVolume masks(dir / "mask.nii");
  ASSERT_EQ(ct.slices(), 5);
  EXPECT_TRUE(ct.feet_first());
  EXPECT_NEAR(ct.spacing().row_mm, 0.9, 1e-6);
  EXPECT_NEAR(ct.spacing().column_mm, 0.7, 1e-6);
  for (int k = 0; k < 5; ++k) {
    const cv::Mat hu(3, 4, CV_16SC1, const_cast<std::int16_t*>(volume.slice(k).data()));
    EXPECT_EQ(cv::norm(ct.slice(k), hu, cv::NORM_INF), 0) << k;
    const cv::Mat expected(3, 4, CV_8UC1, mask.data() + 12 * k);
    EXPECT_EQ(cv::norm(masks.mask(k), expected, cv::NORM_INF), 0) << k;
  }
}

TEST(NiftiWriter, AProneVolumeIsShownWithTheFrontAbove) {
  const TempDir dir;
  const CtVolume volume = volume_of({-1, 0, 0}, {0, -1, 0}, {0, 0, 1});
  write_nifti_volume(dir / "ct.nii", volume);
  const cv::Mat hu(3, 4, CV_16SC1, const_cast<std::int16_t*>(volume.slice(2).data()));
  cv::Mat turned;
  cv::flip(hu, turned, -1);
  EXPECT_EQ(cv::norm(NiftiVolume(dir / "ct.nii").slice(2), turned, cv::NORM_INF), 0);
}

TEST(NiftiWriter, ATiltedGantryIsInTheSformAlone) {
  const TempDir dir;
  CtVolume volume = axial();
  for (std::size_t k = 0; k < 5; ++k) volume.slices[k].position[1] += 0.8 * static_cast<double>(k);
  write_nifti_volume(dir / "tilted.nii", volume);
  const Image image = read(dir / "tilted.nii");
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(image->qform_code, NIFTI_XFORM_UNKNOWN);
  EXPECT_LT(error_mm(image->sto_xyz, volume), 1e-4);
}

TEST(NiftiWriter, UnevenSlicesEndWhereTheyEndAndTheErrorIsTold) {
  CtVolume volume = axial();
  ASSERT_TRUE(nifti_affine(volume));
  EXPECT_NEAR(nifti_affine(volume)->largest_error_mm, 0, 1e-9);
  for (const std::size_t k : {3, 4}) {  // a slice is missing before the fourth
    volume.slices[k].position[2] += 2.5;
    volume.slices[k].location_mm += 2.5;
  }
  const auto affine = nifti_affine(volume);
  ASSERT_TRUE(affine);
  EXPECT_NEAR(affine->matrix[2][3], -410, 1e-9);
  EXPECT_NEAR(affine->matrix[2][2] * 4, 12.5, 1e-9);
  EXPECT_NEAR(affine->largest_error_mm, 1.25, 1e-9);
}

TEST(NiftiWriter, LocationsAreEnoughWithoutPositions) {
  CtVolume volume = axial();
  for (auto& slice : volume.slices) slice.position = {};
  const auto affine = nifti_affine(volume);
  ASSERT_TRUE(affine);
  EXPECT_NEAR(affine->matrix[0][0], -0.7, 1e-9);
  EXPECT_NEAR(affine->matrix[1][1], -0.9, 1e-9);
  EXPECT_NEAR(affine->matrix[2][2], 2.5, 1e-9);
  EXPECT_NEAR(affine->matrix[0][3], 0, 1e-9);
  EXPECT_NEAR(affine->matrix[2][3], -410, 1e-9);
  EXPECT_NEAR(affine->largest_error_mm, 0, 1e-9);
}

TEST(NiftiWriter, ASingleSliceIsAsThickAsItsHeaderSays) {
  CtVolume volume = axial();
  volume.slices.resize(1);
  volume.hu.resize(12);
  volume.slice_spacing_mm = 0;
  EXPECT_FALSE(nifti_affine(volume));
  volume.series.slice_thickness_mm = 5;
  ASSERT_TRUE(nifti_affine(volume));
  EXPECT_NEAR(nifti_affine(volume)->matrix[2][2], 5, 1e-9);
}

TEST(NiftiWriter, WhereNothingIsKnownNothingIsWritten) {
  const TempDir dir;
  CtVolume volume = axial();
  const auto refusal = [&] {
    return jcs::test::error_line<jcs::InputError>(
        [&] { write_nifti_volume(dir / "ct.nii", volume); });
  };
  volume.row_spacing_mm = 0;
  EXPECT_THAT(refusal(), HasSubstr("ct.nii: a NIfTI file needs to say where the slices lie"));
  volume = axial();
  volume.slices[3].location_mm = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal(), HasSubstr("needs to say where the slices lie"));
  volume = axial();
  volume.hu.pop_back();
  EXPECT_THAT(refusal(), HasSubstr("not one value for every voxel (expected 60, got 59)"));
  volume = CtVolume{};
  EXPECT_THAT(refusal(), HasSubstr("not one value for every voxel"));
  volume = axial();
  volume.columns = 40000;
  volume.rows = 1;
  volume.hu.assign(200000, 0);
  EXPECT_THAT(refusal(), HasSubstr("too large for NIfTI-1 (expected sides of at most 32767"));
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST(NiftiWriter, AnEarlierFileStaysWhenTheNewOneFails) {
  const TempDir dir;
  const CtVolume volume = axial();
  write_nifti_mask(dir / "mask.nii.gz", volume, mask_of(volume));
  const std::string before = jcs::test::content_of(dir / "mask.nii.gz");
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] {
                write_nifti_mask(dir / "mask.nii.gz", volume, std::vector<std::uint8_t>(59));
              }),
              HasSubstr("expected 60, got 59"));
  EXPECT_EQ(jcs::test::content_of(dir / "mask.nii.gz"), before);
  EXPECT_THAT(
      jcs::test::error_line<jcs::UsageError>([&] { write_nifti_volume(dir / "ct.img", volume); }),
      HasSubstr("not named like a NIfTI file"));
  EXPECT_THAT(jcs::test::error_line<jcs::OutputError>(
                  [&] { write_nifti_volume(dir / "absent/ct.nii", volume); }),
              HasSubstr("absent/ct.nii"));
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST(NiftiWriter, ManyKilobytesAreCompressedTheSameEachTime) {
  const TempDir dir;
  CtVolume volume = axial();
  volume.rows = 160;
  volume.columns = 200;
  std::uint32_t state = 1;
  volume.hu.clear();
  for (std::size_t voxel = 0; voxel < 160 * 200 * 5; ++voxel) {
    state = 1664525 * state + 1013904223;  // noise that no compression gets below a buffer's size
    volume.hu.push_back(static_cast<std::int16_t>(state >> 16));
  }
  write_nifti_volume(dir / "a.nii.gz", volume);
  write_nifti_volume(dir / "b.nii.gz", volume);
  EXPECT_EQ(jcs::test::content_of(dir / "a.nii.gz"), jcs::test::content_of(dir / "b.nii.gz"));
  const Image image = read(dir / "a.nii.gz");
  ASSERT_NE(image, nullptr);
  const auto* voxels = static_cast<const std::int16_t*>(image->data);
  EXPECT_TRUE(std::equal(volume.hu.begin(), volume.hu.end(), voxels));
  // What compresses does get smaller.
  write_nifti_mask(dir / "mask.nii.gz", volume, std::vector<std::uint8_t>(volume.hu.size()));
  EXPECT_LT(fs::file_size(dir / "mask.nii.gz"), 2000U);
}

}  // namespace
