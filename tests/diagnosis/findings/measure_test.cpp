#include "jcs/diagnosis/findings/measure.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

#include "support/error_line.hpp"

namespace {

using jcs::diagnosis::Depth;
using jcs::diagnosis::Findings;
using jcs::diagnosis::Lesion;
using jcs::diagnosis::measure_findings;
using jcs::diagnosis::Severity;
using jcs::diagnosis::Side;
using jcs::diagnosis::Third;
using jcs::imaging::CtVolume;
using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

/// 30 slices of 100 x 120 pixels, 3 x 2 x 5 mm. Lungs are two boxes, 90 mm wide, from slice 3 on.
struct Chest {
  CtVolume volume;
  std::vector<std::uint8_t> lungs, opacities;

  Chest() {
    volume.rows = 100;
    volume.columns = 120;
    volume.row_spacing_mm = 3.0;
    volume.column_spacing_mm = 2.0;
    volume.slice_spacing_mm = 5.0;
    for (int k = 0; k < 30; ++k) {
      jcs::imaging::SliceInfo slice;
      slice.position = {-120.0, -150.0, -400.0 + 5.0 * k};
      slice.location_mm = slice.position[2];
      volume.slices.push_back(slice);
    }
    volume.hu.assign(30 * volume.pixels(), -860);
    lungs.assign(volume.hu.size(), 0);
    opacities.assign(volume.hu.size(), 0);
    box(lungs, 1, {3, 30}, {10, 90}, {5, 50});
    box(lungs, 2, {3, 30}, {10, 90}, {70, 115});
  }

  /// Fills [first, last) of slices, rows and columns.
  void box(std::vector<std::uint8_t>& mask, std::uint8_t value, std::array<int, 2> slices,
           std::array<int, 2> rows, std::array<int, 2> columns, int hu = 0) {
    for (int k = slices[0]; k < slices[1]; ++k) {
      for (int row = rows[0]; row < rows[1]; ++row) {
        for (int column = columns[0]; column < columns[1]; ++column) {
          const std::size_t at = (static_cast<std::size_t>(k) * 100 + row) * 120 + column;
          mask[at] = value;
          if (hu != 0) volume.hu[at] = static_cast<std::int16_t>(hu);
        }
      }
    }
  }
  void opacity(std::array<int, 2> slices, std::array<int, 2> rows, std::array<int, 2> columns,
               int hu) {
    box(opacities, 1, slices, rows, columns, hu);
  }

  [[nodiscard]] Findings measure() const { return measure_findings(volume, lungs, opacities); }
};

constexpr double kVoxelMl = 0.03;

TEST(MeasureFindings, LungsHaveTheirVolumes) {
  const Findings found = Chest().measure();
  const double ml = 27 * 80 * 45 * kVoxelMl;
  ASSERT_EQ(found.lungs.size(), 2U);
  EXPECT_EQ(found.lungs[0].side, Side::kRight);
  EXPECT_THAT(found.lungs[0].volume_ml, DoubleNear(ml, 1e-9));
  EXPECT_THAT(*found.lung_volume_ml, DoubleNear(2 * ml, 1e-9));
  EXPECT_EQ(found.opacity_share, 0.0);
  EXPECT_EQ(found.severity, Severity::kNone);
  EXPECT_TRUE(found.lesions.empty());
}

TEST(MeasureFindings, ALesionIsDescribed) {
  Chest chest;
  chest.opacity({20, 24}, {40, 50}, {100, 112}, -500);  // left, at the side wall
  chest.opacity({20, 22}, {40, 50}, {100, 112}, -100);  // its lower half is dense
  const Findings found = chest.measure();
  ASSERT_EQ(found.lesions.size(), 1U);
  const Lesion& lesion = found.lesions[0];
  EXPECT_EQ(lesion.number, 1);
  EXPECT_THAT(lesion.volume_ml, DoubleNear(480 * kVoxelMl, 1e-9));
  EXPECT_THAT(lesion.extent_mm, ElementsAre(24.0, 30.0, 20.0));
  EXPECT_THAT(*lesion.mean_hu, DoubleEq(-300.0));
  EXPECT_THAT(*lesion.ground_glass_ml, DoubleNear(240 * kVoxelMl, 1e-9));
  EXPECT_THAT(*lesion.consolidation_ml, DoubleNear(240 * kVoxelMl, 1e-9));
  // Columns 100 to 111, rows 40 to 49, slices 20 to 23; the centre of the first voxel is at 0.
  ASSERT_TRUE(lesion.centre_mm);
  EXPECT_THAT(*lesion.centre_mm,
              ElementsAre(DoubleNear(-120 + 2 * 105.5, 1e-9), DoubleNear(-150 + 3 * 44.5, 1e-9),
                          DoubleNear(-400 + 5 * 21.5, 1e-9)));
  EXPECT_EQ(lesion.first_slice, 20U);
  EXPECT_EQ(lesion.last_slice, 23U);
  EXPECT_THAT(lesion.box, ElementsAre(40, 100, 10, 12));
  EXPECT_EQ(lesion.side, Side::kLeft);
  EXPECT_EQ(lesion.third, Third::kUpper);
  EXPECT_EQ(lesion.depth, Depth::kPeripheral);
  EXPECT_THAT(*lesion.share_of_lung, DoubleNear(480.0 / (27 * 80 * 45), 1e-12));
  EXPECT_EQ(found.lungs[0].opacity_ml, 0.0);
  EXPECT_THAT(*found.lungs[1].opacity_ml, DoubleNear(480 * kVoxelMl, 1e-9));
  EXPECT_THAT(*found.opacity_share, DoubleNear(240.0 / (27 * 80 * 45), 1e-12));
  EXPECT_EQ(found.severity, Severity::kMinimal);
}

// Slices that are missing within it are part of its length.
TEST(MeasureFindings, ALesionIsAsLongAsItsSlicesLieApart) {
  Chest chest;
  chest.opacity({20, 24}, {40, 50}, {100, 112}, -500);
  for (std::size_t k = 22; k < chest.volume.slices.size(); ++k) {
    chest.volume.slices[k].location_mm += 30;
    chest.volume.slices[k].position[2] += 30;
  }
  EXPECT_THAT(chest.measure().lesions.at(0).extent_mm, ElementsAre(24.0, 30.0, 50.0));
  for (auto& slice : chest.volume.slices) slice.location_mm = std::nan("");
  EXPECT_THAT(chest.measure().lesions.at(0).extent_mm, ElementsAre(24.0, 30.0, 20.0));
}

// Above slice 10 they lie 1 mm apart, below 5 mm: most are thin, and so is the median.
Chest finer_above() {
  Chest chest;
  for (std::size_t k = 0; k < chest.volume.slice_count(); ++k) {
    const double at = k <= 10 ? 5.0 * static_cast<double>(k) : 40.0 + static_cast<double>(k);
    chest.volume.slices[k].location_mm = at;
    chest.volume.slices[k].position[2] = at;
  }
  chest.volume.slice_spacing_mm = 1.0;
  return chest;
}

TEST(MeasureFindings, EachSliceCountsAsMuchAsItStandsFor) {
  Chest chest = finer_above();
  chest.opacity({4, 6}, {40, 50}, {100, 112}, -500);    // 10 mm of slices 5 mm apart
  chest.opacity({10, 11}, {70, 80}, {100, 112}, -500);  // 3 mm, between the two
  chest.opacity({20, 24}, {40, 50}, {100, 112}, -100);  // 4 mm of slices 1 mm apart
  const Findings found = chest.measure();
  constexpr double kMlPerMm = 0.006;  // of one pixel
  // Slices 3 to 9 are 5 mm high, the tenth 3 mm, the other 19 are 1 mm high.
  const double lung = 80 * 45 * (7 * 5 + 3 + 19) * kMlPerMm;
  EXPECT_THAT(found.lungs[0].volume_ml, DoubleNear(lung, 1e-9));
  EXPECT_THAT(*found.lung_volume_ml, DoubleNear(2 * lung, 1e-9));
  ASSERT_EQ(found.lesions.size(), 3U);
  const double expected[] = {10, 4, 3};
  for (std::size_t i = 0; i < 3; ++i) {
    const double ml = 120 * expected[i] * kMlPerMm;
    EXPECT_THAT(found.lesions[i].volume_ml, DoubleNear(ml, 1e-9));
    EXPECT_THAT(found.lesions[i].extent_mm[2], DoubleNear(expected[i], 1e-9));
    EXPECT_THAT(*found.lesions[i].share_of_lung, DoubleNear(ml / lung, 1e-12));
  }
  EXPECT_THAT(*found.ground_glass_ml, DoubleNear(120 * 13 * kMlPerMm, 1e-9));
  EXPECT_THAT(*found.consolidation_ml, DoubleNear(120 * 4 * kMlPerMm, 1e-9));
  EXPECT_THAT(*found.opacity_share, DoubleNear(120 * 17 * kMlPerMm / (2 * lung), 1e-12));
  EXPECT_EQ(*found.opacity_outside_ml, 0.0);
}

TEST(MeasureFindings, MeansAndCentresGoByVolumeNotBySlices) {
  Chest chest = finer_above();
  chest.opacity({9, 10}, {40, 50}, {100, 112}, -700);   // 5 mm
  chest.opacity({10, 13}, {40, 50}, {100, 112}, -200);  // 3, 1 and 1 mm
  const Lesion lesion = chest.measure().lesions.at(0);
  EXPECT_THAT(*lesion.mean_hu, DoubleNear(-450, 1e-9));
  EXPECT_THAT((*lesion.centre_mm)[2], DoubleNear((5 * 45 + 3 * 50 + 51 + 52) / 10.0, 1e-9));
}

TEST(MeasureFindings, AWhollyOpaqueLungOfUnevenSlicesHasAShareOfOne) {
  Chest chest = finer_above();
  for (std::size_t k = 0; k < chest.volume.slice_count(); ++k) {
    chest.volume.slices[k].location_mm += 0.1 * static_cast<double>((k * 7) % 5);
  }
  chest.opacity({3, 30}, {10, 90}, {5, 50}, -500);
  chest.opacity({3, 30}, {10, 90}, {70, 115}, -500);
  const Findings found = chest.measure();
  EXPECT_THAT(*found.opacity_share, DoubleNear(1.0, 1e-12));
  EXPECT_LE(*found.opacity_share, 1.0);
  EXPECT_EQ(found.severity, Severity::kSevere);
}

TEST(MeasureFindings, GapsMakeVolumesUncertainAndThisIsSaid) {
  Chest chest;
  EXPECT_FALSE(jcs::diagnosis::gap_warning(chest.volume));
  EXPECT_FALSE(jcs::diagnosis::gap_warning(finer_above().volume));
  const auto tear = [&](std::size_t first, double mm) {
    for (std::size_t k = first; k < chest.volume.slice_count(); ++k) {
      chest.volume.slices[k].location_mm += mm;
    }
  };
  tear(12, 5);
  EXPECT_EQ(jcs::diagnosis::gap_warning(chest.volume),
            "Volumes are uncertain: slices seem to be missing in 1 gap of 10 mm, counted as if "
            "they were like the slices beside.");
  tear(20, 21.25);
  EXPECT_EQ(jcs::diagnosis::gap_warning(chest.volume),
            "Volumes are uncertain: slices seem to be missing in 2 gaps of 36.3 mm altogether, of "
            "which 20 mm are counted as if they were like the slices beside and 16.3 mm are left "
            "out.");
  chest.volume.slice_spacing_mm = 0;
  EXPECT_FALSE(jcs::diagnosis::gap_warning(chest.volume));
}

TEST(MeasureFindings, TheSideOfTheHeartIsCentral) {
  Chest chest;
  chest.opacity({5, 8}, {45, 52}, {44, 50}, -500);
  const Findings found = chest.measure();
  ASSERT_EQ(found.lesions.size(), 1U);
  EXPECT_EQ(found.lesions[0].depth, Depth::kCentral);
  EXPECT_EQ(found.lesions[0].side, Side::kRight);
  EXPECT_EQ(found.lesions[0].third, Third::kLower);
}

TEST(MeasureFindings, SlicesOfKnownLocationsWithoutPositionsHaveThirdsButNoCentres) {
  Chest chest;
  for (std::size_t k = 0; k < chest.volume.slice_count(); ++k) {
    chest.volume.slices[k].position = {};
    chest.volume.slices[k].location_mm = 3.0 * static_cast<double>(k);
  }
  chest.opacity({4, 7}, {45, 52}, {20, 26}, -500);
  chest.opacity({15, 17}, {45, 52}, {20, 26}, -500);
  chest.opacity({28, 29}, {45, 52}, {20, 26}, -500);
  const Findings found = chest.measure();
  ASSERT_EQ(found.lesions.size(), 3U);
  EXPECT_EQ(found.lesions[0].third, Third::kLower);
  EXPECT_EQ(found.lesions[1].third, Third::kMiddle);
  EXPECT_EQ(found.lesions[2].third, Third::kUpper);
  for (const Lesion& lesion : found.lesions) EXPECT_FALSE(lesion.centre_mm);
}

TEST(MeasureFindings, VoxelsThatTouchAtACornerAreOneLesion) {
  Chest chest;
  chest.opacity({10, 12}, {20, 25}, {20, 25}, -500);
  chest.opacity({12, 14}, {25, 30}, {25, 30}, -500);  // touches the first at one corner
  chest.opacity({12, 14}, {60, 65}, {20, 25}, -500);
  const Findings found = chest.measure();
  ASSERT_EQ(found.lesions.size(), 2U);
  EXPECT_THAT(found.lesions[0].volume_ml, DoubleNear(100 * kVoxelMl, 1e-9));
  EXPECT_THAT(found.lesions[1].volume_ml, DoubleNear(50 * kVoxelMl, 1e-9));
  EXPECT_EQ(found.lesions[1].number, 2);
}

TEST(MeasureFindings, SmallOnesAreSummedUpAndOutsideOnesHaveNoSide) {
  Chest chest;
  chest.opacity({10, 11}, {20, 21}, {20, 23}, -500);  // 0.09 ml
  chest.opacity({15, 16}, {20, 21}, {20, 22}, -500);  // 0.06 ml
  chest.opacity({10, 12}, {20, 30}, {52, 68}, 40);    // between the lungs
  const Findings found = chest.measure();
  EXPECT_EQ(found.smaller_lesions, 2U);
  EXPECT_THAT(found.smaller_lesions_ml, DoubleNear(5 * kVoxelMl, 1e-9));
  ASSERT_EQ(found.lesions.size(), 1U);
  EXPECT_FALSE(found.lesions[0].side);
  EXPECT_FALSE(found.lesions[0].share_of_lung);
  EXPECT_FALSE(found.lesions[0].third);
  EXPECT_THAT(*found.opacity_outside_ml, DoubleNear(320 * kVoxelMl, 1e-9));
  EXPECT_THAT(*found.opacity_in_lungs_ml, DoubleNear(5 * kVoxelMl, 1e-9));
  EXPECT_THAT(*found.ground_glass_ml + *found.consolidation_ml, DoubleNear(325 * kVoxelMl, 1e-9));
}

TEST(MeasureFindings, SeverityFollowsTheShareOfTheLungs) {
  const auto severity = [](int columns) {
    Chest chest;
    chest.opacity({3, 30}, {10, 90}, {5, 5 + columns}, -500);
    if (columns > 45) chest.opacity({3, 30}, {10, 90}, {70, 25 + columns}, -500);
    return chest.measure().severity;
  };
  EXPECT_EQ(severity(1), Severity::kMinimal);
  EXPECT_EQ(severity(22), Severity::kMinimal);  // 24 %
  EXPECT_EQ(severity(23), Severity::kMild);
  EXPECT_EQ(severity(45), Severity::kMild);  // 50 %
  EXPECT_EQ(severity(60), Severity::kModerate);
  EXPECT_EQ(severity(90), Severity::kSevere);
}

TEST(MeasureFindings, WhatIsNotKnownStaysEmpty) {
  Chest chest;
  chest.opacity({10, 12}, {20, 30}, {20, 30}, -500);
  const Findings without_lungs = measure_findings(chest.volume, {}, chest.opacities);
  EXPECT_TRUE(without_lungs.lungs.empty());
  EXPECT_FALSE(without_lungs.lung_volume_ml);
  EXPECT_FALSE(without_lungs.opacity_share);
  ASSERT_EQ(without_lungs.lesions.size(), 1U);
  EXPECT_FALSE(without_lungs.lesions[0].third);
  const Findings not_outlined = measure_findings(chest.volume, chest.lungs, {});
  EXPECT_TRUE(not_outlined.lung_volume_ml);
  EXPECT_FALSE(not_outlined.severity);
  EXPECT_FALSE(not_outlined.lungs[0].opacity_ml);
  EXPECT_FALSE(not_outlined.ground_glass_ml);
  chest.volume.slice_spacing_mm = 0;
  EXPECT_TRUE(chest.measure().lesions.empty());
  EXPECT_FALSE(chest.measure().ground_glass_ml);
}

TEST(MeasureFindings, GreyValuesAreNoHounsfieldUnits) {
  Chest chest;
  chest.opacity({10, 12}, {20, 30}, {20, 30}, 120);
  const Findings of_units = chest.measure();
  chest.volume.windowed = true;
  const Findings found = chest.measure();
  EXPECT_FALSE(found.ground_glass_ml);
  EXPECT_FALSE(found.consolidation_ml);
  ASSERT_EQ(found.lesions.size(), 1U);
  EXPECT_FALSE(found.lesions[0].mean_hu);
  EXPECT_FALSE(found.lesions[0].ground_glass_ml);
  EXPECT_FALSE(found.lesions[0].consolidation_ml);
  // What is seen of places and sizes stays.
  EXPECT_EQ(found.lesions[0].volume_ml, of_units.lesions[0].volume_ml);
  EXPECT_EQ(found.lesions[0].extent_mm, of_units.lesions[0].extent_mm);
  EXPECT_EQ(found.lesions[0].depth, of_units.lesions[0].depth);
  EXPECT_EQ(found.opacity_share, of_units.opacity_share);
  EXPECT_EQ(found.severity, of_units.severity);
}

TEST(MeasureFindings, RefusesMasksOfAnotherVolume) {
  const Chest chest;
  const std::vector<std::uint8_t> small(7);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { measure_findings(chest.volume, small, chest.opacities); }),
              HasSubstr("lung mask"));
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { measure_findings(chest.volume, chest.lungs, small); }),
              HasSubstr("opacity mask"));
}

}  // namespace
