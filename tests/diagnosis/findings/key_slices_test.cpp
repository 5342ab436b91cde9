#include "jcs/diagnosis/findings/key_slices.hpp"

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
  EXPECT_THAT(key_slices(slices, {}, 2), ElementsAre(20, 80));
  EXPECT_THAT(key_slices(slices, {}, 3), ElementsAre(20, 60, 80));
  EXPECT_THAT(key_slices(slices, {}, 4), ElementsAre(20, 40, 60, 80));
}

Lesion lesion(std::size_t first, std::size_t largest, std::size_t last) {
  Lesion lesion;
  lesion.first_slice = first;
  lesion.largest_slice = largest;
  lesion.last_slice = last;
  return lesion;
}

TEST(KeySlices, ShowEveryLargeLesionAndTheMostProbableSlice) {
  std::vector<SliceResult> slices = study(40);
  for (std::size_t i = 5; i < 22; ++i) slices[i].opacity_pixels = 1000 - static_cast<int>(i);
  for (std::size_t i = 30; i < 35; ++i) slices[i].opacity_pixels = 10;
  slices[12].probability = 0.97;
  const std::vector<Lesion> lesions = {lesion(5, 11, 21), lesion(30, 32, 34), lesion(10, 14, 16),
                                       lesion(27, 28, 28)};
  EXPECT_THAT(key_slices(slices, lesions, 2), ElementsAre(11, 12));
  // The third is seen in the slices of the first.
  EXPECT_THAT(key_slices(slices, lesions, 4), ElementsAre(11, 12, 28, 32));
  EXPECT_EQ(key_slices(slices, lesions, 6).size(), 6U);
}

TEST(KeySlices, KeepADistanceFromEachOther) {
  std::vector<SliceResult> slices = study(100);
  slices[50].probability = 0.99;
  slices[51].probability = 0.98;
  slices[70].probability = 0.97;
  EXPECT_THAT(key_slices(slices, {}, 2), ElementsAre(50, 70));
}

TEST(KeySlices, GiveUpTheDistanceWhereThereAreTooFew) {
  EXPECT_THAT(key_slices(study(3), {}, 6), ElementsAre(0, 1, 2));
  EXPECT_EQ(key_slices(study(20), {}, 15).size(), 15U);
}

TEST(KeySlices, AreNoneWhereNoneIsWanted) {
  EXPECT_THAT(key_slices(study(10), {}, 0), IsEmpty());
  EXPECT_THAT(key_slices({}, {}, 6), IsEmpty());
}

}  // namespace
}  // namespace jcs::diagnosis
