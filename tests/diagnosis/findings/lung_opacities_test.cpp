#include "jcs/diagnosis/findings/lung_opacities.hpp"

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

namespace {

using jcs::diagnosis::take_opacities_into_lungs;
using testing::ElementsAre;

/// Two slices of one row.
jcs::imaging::CtVolume line(int columns) {
  jcs::imaging::CtVolume volume;
  volume.rows = 1;
  volume.columns = columns;
  volume.slices.resize(2);
  volume.hu.resize(static_cast<std::size_t>(2 * columns));
  return volume;
}

TEST(LungOpacities, AnOpacityMostlyInALungBelongsToItAsAWhole) {
  // The first opacity has three voxels in the right lung and two outside, the second one of three.
  std::vector<std::uint8_t> lungs = {1, 1, 1, 0, 0, 0, 0, 2, 0,  //
                                     0, 0, 0, 0, 0, 0, 0, 0, 0};
  const std::vector<std::uint8_t> opacities = {1, 1, 1, 1, 0, 1, 1, 1, 0,  //
                                               1, 0, 0, 0, 0, 0, 0, 0, 0};
  take_opacities_into_lungs(line(9), lungs, opacities);
  EXPECT_THAT(lungs, ElementsAre(1, 1, 1, 1, 0, 0, 0, 2, 0,  //
                                 1, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST(LungOpacities, OneThatLiesInBothGoesToTheLungThatHasMore) {
  std::vector<std::uint8_t> lungs = {1, 0, 2, 2, 0, 0, 0, 0};
  const std::vector<std::uint8_t> opacities = {1, 1, 1, 1, 0, 0, 0, 0};
  take_opacities_into_lungs(line(4), lungs, opacities);
  EXPECT_THAT(lungs, ElementsAre(1, 2, 2, 2, 0, 0, 0, 0));
}

TEST(LungOpacities, NothingHappensWithoutLungsAndOtherVolumesAreRefused) {
  std::vector<std::uint8_t> none;
  const std::vector<std::uint8_t> opacities(8, 1);
  take_opacities_into_lungs(line(4), none, opacities);
  EXPECT_TRUE(none.empty());
  std::vector<std::uint8_t> small(3, 1);
  EXPECT_THROW(take_opacities_into_lungs(line(4), small, opacities), jcs::InputError);
}

}  // namespace
