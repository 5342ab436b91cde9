#include "jcs/diagnosis/key_slices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jcs::diagnosis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<SliceResult> study(std::size_t slices) {
  std::vector<SliceResult> study(slices);
  for (std::size_t i = 0; i < slices; ++i) {
    study[i].probability = 0.1 + 1e-4 * static_cast<double>(i % 7);
  }
  return study;
}

TEST(KeySlices, TakeTheLargestOpacityAndTheMostProbableInTurn) {
  std::vector<SliceResult> slices = study(100);
  for (SliceResult& slice : slices) {
    slice.opacity_pixels = 0;
  }
  slices[20].opacity_pixels = 900;
  slices[60].opacity_pixels = 500;
  slices[80].probability = 0.99;
  slices[40].probability = 0.98;
  EXPECT_THAT(key_slices(slices, 2), ElementsAre(20, 80));
  EXPECT_THAT(key_slices(slices, 3), ElementsAre(20, 60, 80));
  EXPECT_THAT(key_slices(slices, 4), ElementsAre(20, 40, 60, 80));
}

TEST(KeySlices, KeepADistanceFromEachOther) {
  std::vector<SliceResult> slices = study(100);
  slices[50].probability = 0.99;
  slices[51].probability = 0.98;
  slices[70].probability = 0.97;
  EXPECT_THAT(key_slices(slices, 2), ElementsAre(50, 70));
}

TEST(KeySlices, GiveUpTheDistanceWhereThereAreTooFew) {
  EXPECT_THAT(key_slices(study(3), 6), ElementsAre(0, 1, 2));
  EXPECT_EQ(key_slices(study(20), 15).size(), 15U);
}

TEST(KeySlices, AreNoneWhereNoneIsWanted) {
  EXPECT_THAT(key_slices(study(10), 0), IsEmpty());
  EXPECT_THAT(key_slices({}, 6), IsEmpty());
}

}  // namespace
}  // namespace jcs::diagnosis
