// Order, orientation and spacing of a volume.

#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::CtVolume;
using jcs::imaging::read_study;
using jcs::imaging::Vec3;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The pixel that tells the slices apart, slice by slice, as HU.
std::vector<int> first_pixels(const CtVolume& volume) {
  std::vector<int> values;
  for (std::size_t i = 0; i < volume.slice_count(); ++i) values.push_back(volume.slice(i)[0]);
  return values;
}

int first_pixel(int tag) { return 1000 + tag - 1024; }

/// Axial slices at the given heights; names and instance numbers run against them.
void write_axial(const TempDir& dir, const std::vector<double>& heights) {
  for (std::size_t i = 0; i < heights.size(); ++i) {
    SyntheticSlice slice;
    slice.position[2] = heights[i];
    slice.tag = static_cast<int>(i);
    slice.instance_number = 100 - static_cast<int>(i);
    slice.write(dir / ("slice_" + std::to_string(50 - i) + ".dcm"));
  }
}

TEST(StudyGeometry, SlicesAreOrderedByPositionNotByNumberOrName) {
  const TempDir dir;
  write_axial(dir, {-4.0, 2.0, -2.0, 0.0});
  const CtVolume volume = read_study(dir.path());
  EXPECT_THAT(first_pixels(volume),
              ElementsAre(first_pixel(0), first_pixel(2), first_pixel(3), first_pixel(1)));
  EXPECT_EQ(volume.slices[0].location_mm, -4.0);
  EXPECT_EQ(volume.slices[3].location_mm, 2.0);
  EXPECT_EQ(volume.slices[1].instance_number, 98);
  EXPECT_EQ(volume.slices[1].position, (Vec3{-10.0, -20.0, -2.0}));
  EXPECT_EQ(volume.slice_spacing_mm, 2.0);
  EXPECT_FALSE(volume.windowed);
  EXPECT_THAT(volume.warnings, IsEmpty());
}

TEST(StudyGeometry, RowsColumnsAndTheirSpacingAreNotSwapped) {
  const TempDir dir;
  write_axial(dir, {0.0, 3.0});
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.rows, 3);
  EXPECT_EQ(volume.columns, 4);
  EXPECT_EQ(volume.row_spacing_mm, 0.8);
  EXPECT_EQ(volume.column_spacing_mm, 0.5);
  EXPECT_DOUBLE_EQ(volume.voxel_volume_ml(), 0.8 * 0.5 * 3.0 / 1000.0);
  // Row 2, column 1 of the first slice.
  EXPECT_EQ(volume.slice(0)[2 * 4 + 1], 1000 + 200 + 10 - 1024);
}

TEST(StudyGeometry, FlippedSlicesStillRunFromFeetToHead) {
  const TempDir dir;
  for (int i = 0; i < 3; ++i) {
    SyntheticSlice slice;
    slice.orientation = {-1, 0, 0, 0, 1, 0};  // row x column points to the feet
    slice.position[2] = 5.0 * i;
    slice.tag = i;
    slice.write(dir / (std::to_string(9 - i) + ".dcm"));
  }
  const CtVolume volume = read_study(dir.path());
  EXPECT_THAT(first_pixels(volume), ElementsAre(first_pixel(0), first_pixel(1), first_pixel(2)));
  EXPECT_EQ(volume.normal, (Vec3{0, 0, 1}));
  EXPECT_EQ(volume.row_direction, (Vec3{-1, 0, 0}));
  EXPECT_THAT(volume.warnings, IsEmpty());
}

TEST(StudyGeometry, ObliqueSlicesAreSpacedAlongTheirNormal) {
  const TempDir dir;
  const double c = std::cos(0.3);
  const double s = std::sin(0.3);
  for (int i = 0; i < 4; ++i) {
    SyntheticSlice slice;
    slice.orientation = {1, 0, 0, 0, c, s};
    slice.position = {7.0, -s * 2.5 * i, c * 2.5 * i};
    slice.tag = 3 - i;
    slice.write(dir / (std::to_string(i) + ".dcm"));
  }
  const CtVolume volume = read_study(dir.path());
  EXPECT_NEAR(volume.slice_spacing_mm, 2.5, 1e-9);
  EXPECT_NEAR(volume.normal[1], -s, 1e-9);
  EXPECT_NEAR(volume.normal[2], c, 1e-9);
  EXPECT_EQ(first_pixels(volume).front(), first_pixel(3));
  EXPECT_THAT(volume.warnings, IsEmpty());
}

TEST(StudyGeometry, CoronalSlicesAreNamedSo) {
  const TempDir dir;
  for (int i = 0; i < 3; ++i) {
    SyntheticSlice slice;
    slice.orientation = {1, 0, 0, 0, 0, -1};
    slice.position = {0.0, 4.0 * i, 0.0};
    slice.tag = i;
    slice.write(dir / (std::to_string(i) + ".dcm"));
  }
  EXPECT_EQ(jcs::imaging::list_series(dir.path()).at(0).orientation, "coronal");
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.normal, (Vec3{0, 1, 0}));
  EXPECT_EQ(volume.slice_spacing_mm, 4.0);
}

TEST(StudyGeometry, ATiltedGantryIsSaid) {
  const TempDir dir;
  const double c = std::cos(0.3);
  const double s = std::sin(0.3);
  for (int i = 0; i < 3; ++i) {
    SyntheticSlice slice;
    slice.orientation = {1, 0, 0, 0, c, -s};
    slice.position = {0.0, 0.0, 5.0 * i};
    slice.write(dir / (std::to_string(i) + ".dcm"));
  }
  const CtVolume volume = read_study(dir.path());
  EXPECT_NEAR(volume.slice_spacing_mm, 5.0 * c, 1e-9);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("tilted by 17.2 degrees")));
}

/// The warnings of a study of `count` slices 2 mm apart; `shift` moves slice i to the left and to
/// the back.
std::vector<std::string> warnings_of(int count,
                                     const std::function<std::array<double, 2>(int i)>& shift) {
  const TempDir dir;
  for (int i = 0; i < count; ++i) {
    SyntheticSlice slice;
    slice.rows = slice.columns = 1;
    const auto [left, back] = shift(i);
    slice.position = {-10.0 + left, -20.0 + back, 2.0 * i};
    slice.write(dir / (std::to_string(i) + ".dcm"));
  }
  return read_study(dir.path()).warnings;
}

TEST(StudyGeometry, SlicesThatAreShiftedAgainstTheOthersAreSaid) {
  using Shift = std::array<double, 2>;
  EXPECT_THAT(warnings_of(37,
                          [](int i) {
                            return Shift{0.0, i >= 10 && i < 25 ? 40.0 : 0.0};
                          }),
              ElementsAre(HasSubstr("15 of 37 are shifted by up to 40 mm")));
  // At an end, where the first and the last tell of no tilt.
  EXPECT_THAT(warnings_of(30,
                          [](int i) {
                            return Shift{i >= 18 ? 3.0 : 0.0, i == 20 ? 4.0 : 0.0};
                          }),
              ElementsAre(HasSubstr("12 of 30 are shifted by up to 5 mm")));
  EXPECT_THAT(warnings_of(3,
                          [](int i) {
                            return Shift{i == 1 ? 2.0 : 0.0, 0.0};
                          }),
              ElementsAre(HasSubstr("1 of 3 are shifted by up to 2 mm")));
  // More slices than pairs are tried of.
  EXPECT_THAT(warnings_of(90,
                          [](int i) {
                            return Shift{0.0, i == 44 ? -7.5 : 0.0};
                          }),
              ElementsAre(HasSubstr("1 of 90 are shifted by up to 7.5 mm")));
  // A bow.
  EXPECT_THAT(warnings_of(40,
                          [](int i) {
                            return Shift{0.0, 0.05 * (i - 20) * (i - 20)};
                          }),
              Contains(HasSubstr("do not lie in a straight line")));
}

TEST(StudyGeometry, RoundedPositionsAndTiltsAreNoShift) {
  using Shift = std::array<double, 2>;
  EXPECT_THAT(warnings_of(60, [](int i) { return Shift{0.4 * (i % 3), 0.0}; }), IsEmpty());
  EXPECT_THAT(warnings_of(60,
                          [](int i) {
                            return Shift{0.0, 0.5 * i};
                          }),
              ElementsAre(HasSubstr("tilted by 14 degrees")));
  EXPECT_THAT(warnings_of(60,
                          [](int i) {
                            return Shift{0.0, 0.5 * i + (i == 59 ? 30.0 : 0.0)};
                          }),
              ElementsAre(HasSubstr("1 of 60 are shifted by up to 30 mm"),
                          HasSubstr("tilted by 14 degrees")));
}

TEST(StudyGeometry, ACoarserPartOfASeriesIsNoGap) {
  const TempDir dir;
  write_axial(dir, {0, 2, 4, 6, 8, 10, 12, 22, 32, 42});
  EXPECT_THAT(read_study(dir.path()).warnings,
              ElementsAre(HasSubstr("not evenly spaced: 2 to 10 mm")));
  const TempDir with_gap;
  write_axial(with_gap, {0, 2, 4, 6, 8, 10, 12, 22, 32, 42, 72, 82});
  EXPECT_THAT(read_study(with_gap.path()).warnings,
              testing::Contains(AllOf(HasSubstr("1 gap wider"), HasSubstr("42 mm and 72 mm"))));
}

TEST(StudyGeometry, AGapIsNamedByPositionAndFile) {
  const TempDir dir;
  write_axial(dir, {0.0, 2.0, 4.0, 8.0, 10.0});
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_count(), 5U);
  EXPECT_EQ(volume.slice_spacing_mm, 2.0);
  EXPECT_THAT(volume.warnings,
              ElementsAre(AllOf(HasSubstr("1 gap wider"), HasSubstr("between 4 mm and 8 mm."),
                                EndsWith(". The files: slice_48.dcm and slice_47.dcm."))));
}

TEST(StudyGeometry, ALoneSliceIsAsThickAsItSays) {
  const TempDir dir;
  write_axial(dir, {3.0});
  CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.slice_spacing_mm, 2.0);
  EXPECT_DOUBLE_EQ(volume.voxel_volume_ml(), 0.8 * 0.5 * 2.0 / 1000.0);
  SyntheticSlice slice;
  slice.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_SliceThickness); };
  slice.write(dir / "slice_50.dcm");
  EXPECT_EQ(read_study(dir.path()).slice_spacing_mm, 0.0);
}

TEST(StudyGeometry, UnevenSpacingIsSaid) {
  const TempDir dir;
  write_axial(dir, {0.0, 2.0, 4.0, 5.0, 7.0});
  EXPECT_THAT(read_study(dir.path()).warnings,
              ElementsAre(HasSubstr("not evenly spaced: 1 to 2 mm")));
}

TEST(StudyGeometry, ACopyIsDroppedAndSaid) {
  const TempDir dir;
  write_axial(dir, {0.0, 2.0, 4.0});
  std::filesystem::create_directory(dir / "copy");
  std::filesystem::copy_file(dir / "slice_49.dcm", dir / "copy/again.dcm");
  const CtVolume volume = read_study(dir.path());
  EXPECT_THAT(first_pixels(volume), ElementsAre(first_pixel(0), first_pixel(1), first_pixel(2)));
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("again.dcm repeats slice_49.dcm")));
}

TEST(StudyGeometry, TwoDifferentSlicesAtOnePlaceAreRefusedByName) {
  const TempDir dir;
  write_axial(dir, {0.0, 2.0, 2.0, 4.0});
  const std::string line = jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); });
  EXPECT_THAT(line, HasSubstr("one position, 2 mm"));
  EXPECT_THAT(line, HasSubstr("slice_48.dcm"));
  EXPECT_THAT(line, HasSubstr("slice_49.dcm"));
}

TEST(StudyGeometry, WithoutPositionsSliceLocationOrders) {
  const TempDir dir;
  for (int i = 0; i < 3; ++i) {
    SyntheticSlice slice;
    slice.tag = i;
    slice.instance_number = i;
    slice.edit = [i](DcmDataset& data) {
      data.findAndDeleteElement(DCM_ImagePositionPatient);
      data.putAndInsertString(DCM_SliceLocation, std::to_string(30 - 3 * i).c_str());
    };
    slice.write(dir / (std::to_string(i) + ".dcm"));
  }
  const CtVolume volume = read_study(dir.path());
  EXPECT_THAT(first_pixels(volume), ElementsAre(first_pixel(2), first_pixel(1), first_pixel(0)));
  EXPECT_EQ(volume.slice_spacing_mm, 3.0);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("ordered by SliceLocation")));
}

TEST(StudyGeometry, WithNeitherInstanceNumberOrdersAndSpacingIsUnknown) {
  const TempDir dir;
  for (int i = 0; i < 12; ++i) {
    SyntheticSlice slice;
    slice.tag = i;
    slice.instance_number = 100 - i;
    slice.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_ImagePositionPatient); };
    slice.write(dir / (std::to_string(i) + ".dcm"));
  }
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(first_pixels(volume).front(), first_pixel(11));
  EXPECT_EQ(first_pixels(volume).back(), first_pixel(0));
  EXPECT_EQ(volume.slice_spacing_mm, 0.0);
  EXPECT_TRUE(std::isnan(volume.slices[0].location_mm));
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("ordered by InstanceNumber")));
}

TEST(StudyGeometry, AnOrientationThatIsNotNamedIsAssumedAndSaid) {
  for (const bool placed : {true, false}) {
    const TempDir dir;
    for (int i = 0; i < 3; ++i) {
      SyntheticSlice slice;
      slice.tag = i;
      slice.position[2] = 2.0 * i;
      slice.edit = [placed](DcmDataset& data) {
        data.findAndDeleteElement(DCM_ImageOrientationPatient);
        if (!placed) data.findAndDeleteElement(DCM_ImagePositionPatient);
      };
      slice.write(dir / (std::to_string(i) + ".dcm"));
    }
    const CtVolume volume = read_study(dir.path());
    EXPECT_EQ(volume.row_direction, (Vec3{1, 0, 0}));
    EXPECT_FALSE(volume.oriented());
    EXPECT_THAT(volume.warnings, Contains(HasSubstr("no orientation: taken for axial"))) << placed;
  }
  const TempDir dir;
  write_axial(dir, {0.0, 2.0});
  EXPECT_TRUE(read_study(dir.path()).oriented());
}

/// Slices without positions; names run against instance numbers.
void write_unlocated(const std::filesystem::path& folder, int count,
                     const std::function<void(DcmDataset&)>& edit = {}) {
  for (int i = 0; i < count; ++i) {
    SyntheticSlice slice;
    slice.tag = i;
    slice.instance_number = 100 - i;
    slice.edit = [&](DcmDataset& data) {
      data.findAndDeleteElement(DCM_ImagePositionPatient);
      if (edit) edit(data);
    };
    slice.write(folder / (std::to_string(i) + ".dcm"));
  }
}

TEST(StudyGeometry, WithoutPositionsACopyIsDroppedAndSaid) {
  const TempDir dir;
  write_unlocated(dir / "a", 3);
  const CtVolume once = read_study(dir.path());
  std::filesystem::copy(dir / "a", dir / "b");
  std::filesystem::copy(dir / "a", dir / "c");
  const CtVolume volume = read_study(dir.path());
  EXPECT_THAT(first_pixels(volume), ElementsAre(first_pixel(2), first_pixel(1), first_pixel(0)));
  EXPECT_EQ(volume.hu, once.hu);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("ordered by InstanceNumber"),
                                           HasSubstr("6 slice(s) left out")));
}

TEST(StudyGeometry, WithoutPositionsOneUidForDifferentSlicesDropsNone) {
  const TempDir dir;
  write_unlocated(dir.path(), 3,
                  [](DcmDataset& data) { data.putAndInsertString(DCM_SOPInstanceUID, "1.2.3"); });
  const CtVolume volume = read_study(dir.path());
  EXPECT_THAT(first_pixels(volume), ElementsAre(first_pixel(2), first_pixel(1), first_pixel(0)));
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("ordered by InstanceNumber")));
}

TEST(StudyGeometry, WithoutPositionsAlikeSlicesOfOneUidAreNoCopies) {
  const TempDir dir;
  write_unlocated(dir.path(), 3, [](DcmDataset& data) {
    data.putAndInsertString(DCM_SOPInstanceUID, "1.2.3");
    const std::vector<Uint16> air(12);
    data.putAndInsertUint16Array(DCM_PixelData, air.data(), air.size());
  });
  EXPECT_EQ(read_study(dir.path()).slice_count(), 3U);
}

TEST(StudyGeometry, WithoutPositionsAndUidsNothingIsTakenForACopy) {
  const TempDir dir;
  write_unlocated(dir / "a", 2,
                  [](DcmDataset& data) { data.findAndDeleteElement(DCM_SOPInstanceUID); });
  std::filesystem::copy(dir / "a", dir / "b");
  EXPECT_EQ(read_study(dir.path()).slice_count(), 4U);
}

TEST(StudyGeometry, ASliceWithoutPositionAmongOthersIsRefused) {
  const TempDir dir;
  write_axial(dir, {0.0, 2.0});
  SyntheticSlice slice;
  slice.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_ImagePositionPatient); };
  slice.write(dir / "lost.dcm");
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); }),
              HasSubstr("lost.dcm: ImagePositionPatient"));
}

TEST(StudyGeometry, MixedSizesOrientationsAndSpacingsAreRefusedByName) {
  const auto refusal = [](const SyntheticSlice& odd) {
    const TempDir dir;
    write_axial(dir, {0.0, 2.0});
    odd.write(dir / "z_odd.dcm");
    return jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); });
  };
  SyntheticSlice odd;
  odd.position[2] = 4.0;
  odd.rows = 5;
  EXPECT_THAT(refusal(odd),
              HasSubstr("differ in size (expected 3 x 4 as in slice_49.dcm, got 5 x 4)"));
  odd.rows = 3;
  odd.orientation = {1, 0, 0, 0, 0, -1};
  EXPECT_THAT(refusal(odd), HasSubstr("z_odd.dcm: the slices of the series differ in orientation"));
  odd.orientation = {1, 0, 0, 0, 1, 0};
  odd.spacing = "0.5\\0.8";
  EXPECT_THAT(refusal(odd), HasSubstr("differ in pixel spacing"));
}

TEST(StudyGeometry, MissingPixelSpacingIsUnknownAndSaid) {
  const TempDir dir;
  for (int i = 0; i < 2; ++i) {
    SyntheticSlice slice;
    slice.spacing.clear();
    slice.position[2] = i;
    slice.write(dir / (std::to_string(i) + ".dcm"));
  }
  const CtVolume volume = read_study(dir.path());
  EXPECT_EQ(volume.pixel_area_mm2(), 0.0);
  EXPECT_THAT(volume.warnings, ElementsAre(HasSubstr("no pixel spacing")));
}

}  // namespace
