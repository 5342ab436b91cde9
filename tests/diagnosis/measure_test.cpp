#include "jcs/diagnosis/measure.hpp"

#include <gtest/gtest.h>

#include "jcs/diagnosis/segment_region.hpp"

namespace jcs::diagnosis {
namespace {

/// Three slices of 4 x 5 pixels of 0.5 x 0.8 mm, 2 mm apart.
imaging::CtVolume small_volume() {
  imaging::CtVolume volume;
  volume.rows = 4;
  volume.columns = 5;
  volume.row_spacing_mm = 0.5;
  volume.column_spacing_mm = 0.8;
  volume.slice_spacing_mm = 2.0;
  volume.slices.resize(3);
  volume.hu.assign(60, 0);
  return volume;
}

CaseResult with_mask(const imaging::CtVolume& volume) {
  CaseResult result;
  result.slices.resize(volume.slice_count());
  result.opacity_mask.assign(volume.hu.size(), 0);
  for (const std::size_t voxel :
       {0U, 7U, 19U, 59U}) {  // first, inside, last of slice 0; last of all
    result.opacity_mask[voxel] = 1;
  }
  return result;
}

TEST(Measure, CountsEachSliceAndTheWhole) {
  const imaging::CtVolume volume = small_volume();
  CaseResult result = with_mask(volume);
  measure_opacities(volume, whole_region(volume).slices, result);
  EXPECT_EQ(result.slices[0].opacity_pixels, 3);
  EXPECT_EQ(result.slices[1].opacity_pixels, 0);
  EXPECT_EQ(result.slices[2].opacity_pixels, 1);
  EXPECT_DOUBLE_EQ(result.slices[0].opacity_area_mm2.value(), 3 * 0.4);
  EXPECT_DOUBLE_EQ(result.slices[1].opacity_area_mm2.value(), 0.0);
  EXPECT_DOUBLE_EQ(result.opacity_volume_ml.value(), 4 * 0.4 * 2.0 / 1000.0);
}

TEST(Measure, VolumesFollowTheSlicesOwnSteps) {
  imaging::CtVolume volume = small_volume();
  for (std::size_t k = 0; k < 3; ++k) volume.slices[k].location_mm = k == 2 ? 5.0 : 2.0 * k;
  CaseResult result = with_mask(volume);
  measure_opacities(volume, whole_region(volume).slices, result);
  EXPECT_DOUBLE_EQ(result.opacity_volume_ml.value(), 0.4 * (3 * 2.0 + 1 * 3.0) / 1000.0);
}

TEST(Measure, LeavesOutWhatTheSpacingDoesNotTell) {
  imaging::CtVolume volume = small_volume();
  volume.slice_spacing_mm = 0.0;
  CaseResult result = with_mask(volume);
  measure_opacities(volume, whole_region(volume).slices, result);
  EXPECT_TRUE(result.slices[0].opacity_area_mm2.has_value());
  EXPECT_FALSE(result.opacity_volume_ml.has_value());

  volume.row_spacing_mm = 0.0;
  measure_opacities(volume, whole_region(volume).slices, result);
  EXPECT_EQ(result.slices[0].opacity_pixels, 3);
  EXPECT_FALSE(result.slices[0].opacity_area_mm2.has_value());
  EXPECT_FALSE(result.opacity_volume_ml.has_value());
}

TEST(Measure, SlicesThatWereNotSegmentedHaveNoFigure) {
  const imaging::CtVolume volume = small_volume();
  CaseResult result = with_mask(volume);
  const std::vector<std::size_t> segmented = {0, 1};
  measure_opacities(volume, segmented, result);
  EXPECT_EQ(result.slices[1].opacity_pixels, 0);
  EXPECT_FALSE(result.slices[2].opacity_pixels.has_value());
  EXPECT_FALSE(result.slices[2].opacity_area_mm2.has_value());
  EXPECT_DOUBLE_EQ(result.opacity_volume_ml.value(), 3 * 0.4 * 2.0 / 1000.0);
}

}  // namespace
}  // namespace jcs::diagnosis
