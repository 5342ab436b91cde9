#include "jcs/diagnosis/segment_region.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jcs::diagnosis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

imaging::CtVolume volume_of(int slices, int rows, int columns) {
  imaging::CtVolume volume;
  volume.rows = rows;
  volume.columns = columns;
  volume.slices.resize(static_cast<std::size_t>(slices));
  volume.hu.resize(volume.slices.size() * volume.pixels());
  return volume;
}

std::vector<SliceResult> called(const std::vector<bool>& positive) {
  std::vector<SliceResult> slices(positive.size());
  for (std::size_t i = 0; i < slices.size(); ++i) slices[i].positive = positive[i];
  return slices;
}

TEST(SegmentRegion, AllMeansEverySliceWhole) {
  const auto volume = volume_of(3, 4, 5);
  for (const SegmentRegion& region :
       {whole_region(volume),
        segment_region(SegmentWhere::kAll, volume, {}, called({false, false, false}))}) {
    EXPECT_THAT(region.slices, ElementsAre(0, 1, 2));
    EXPECT_EQ(region.box, cv::Rect(0, 0, 5, 4));
  }
}

TEST(SegmentRegion, LungMeansSlicesWithLungAndOneBoxAroundAllOfIt) {
  const auto volume = volume_of(4, 6, 7);
  std::vector<std::uint8_t> mask(volume.hu.size());
  const auto set = [&](std::size_t slice, int row, int column, std::uint8_t side) {
    mask[slice * volume.pixels() + static_cast<std::size_t>(row * 7 + column)] = side;
  };
  set(1, 2, 5, 1);
  set(3, 4, 1, 2);
  set(3, 3, 2, 2);
  const auto region = segment_region(SegmentWhere::kLung, volume, mask, called({0, 0, 0, 0}));
  EXPECT_THAT(region.slices, ElementsAre(1, 3));
  EXPECT_EQ(region.box, cv::Rect(1, 2, 5, 3));
}

TEST(SegmentRegion, WithoutLungsItIsEverything) {
  const auto volume = volume_of(2, 4, 5);
  const auto region = segment_region(SegmentWhere::kLung, volume, {}, called({true, false}));
  EXPECT_THAT(region.slices, ElementsAre(0, 1));
  EXPECT_EQ(region.box, cv::Rect(0, 0, 5, 4));
}

TEST(SegmentRegion, SuspiciousMeansPositiveSlicesAndTheirNeighbours) {
  const auto slices = [](const std::vector<bool>& positive) {
    const auto volume = volume_of(static_cast<int>(positive.size()), 2, 2);
    const auto region = segment_region(SegmentWhere::kSuspicious, volume, {}, called(positive));
    EXPECT_EQ(region.box, cv::Rect(0, 0, 2, 2));
    return region.slices;
  };
  EXPECT_THAT(slices({true, false, false, false, true, true, false, false}),
              ElementsAre(0, 1, 3, 4, 5, 6));
  EXPECT_THAT(slices({false, false, true}), ElementsAre(1, 2));
  EXPECT_THAT(slices({true}), ElementsAre(0));
  EXPECT_THAT(slices({false, false}), IsEmpty());
}

}  // namespace
}  // namespace jcs::diagnosis
