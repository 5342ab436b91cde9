#include "jcs/imaging/slice_steps.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jcs::imaging {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;

CtVolume at(const std::vector<double>& locations, double median) {
  CtVolume volume;
  volume.slice_spacing_mm = median;
  for (const double location : locations) {
    volume.slices.emplace_back().location_mm = location;
  }
  return volume;
}

std::vector<double> steps(const CtVolume& volume) {
  std::vector<double> all;
  for (const SliceReach& reach : slice_reaches(volume)) all.push_back(reach.step_mm());
  return all;
}

std::vector<double> places(std::vector<double> distances) {
  std::vector<double> all = {-300};
  for (const double distance : distances) all.push_back(all.back() + distance);
  return all;
}

TEST(SliceSteps, EvenSeriesCountEachSliceOnceWhateverTheHeadersRound) {
  std::vector<double> locations;
  for (int k = 0; k < 200; ++k) locations.push_back(-311.7 + 0.7 * k + (k % 3 - 1) * 1e-6);
  const CtVolume volume = at(locations, 0.7);
  EXPECT_THAT(slice_weights(volume), Each(1.0));
  EXPECT_THAT(steps(volume), Each(0.7));
  EXPECT_EQ(regular_spacing_mm(volume), 0.7);
  EXPECT_TRUE(evenly_spaced(volume));
  EXPECT_EQ(slice_gaps(volume).count, 0U);
}

TEST(SliceSteps, ASliceStandsForHalfTheWayToEitherNeighbour) {
  const CtVolume volume = at(places({4, 3, 3, 2, 3}), 3);
  EXPECT_THAT(steps(volume), ElementsAre(4, 3.5, 3, 2.5, 2.5, 3));
  EXPECT_EQ(slice_reaches(volume)[1].below_mm, 2);
  EXPECT_EQ(slice_reaches(volume)[1].above_mm, 1.5);
  EXPECT_THAT(slice_weights(volume)[1], DoubleNear(3.5 / 3, 1e-15));
  EXPECT_FALSE(evenly_spaced(volume));
  EXPECT_EQ(slice_gaps(volume).count, 0U);
}

// Headers of one decimal give 0.6 and 0.7 in turn for 0.625: together they are right.
TEST(SliceSteps, RoundedLocationsAddUpToTheWholeHeight) {
  std::vector<double> locations;
  for (int k = 0; k <= 160; ++k) locations.push_back(std::round(6.25 * k) / 10);
  const std::vector<double> all = steps(at(locations, 0.6));
  EXPECT_NEAR(std::accumulate(all.begin(), all.end(), 0.0), 161 * 0.625, 0.1);
}

TEST(SliceSteps, ASeriesThatGoesOnMoreCoarselyHasNoGaps) {
  std::vector<double> distances(40, 1.0);
  distances.insert(distances.end(), 10, 5.0);
  const CtVolume volume = at(places(distances), 1);
  const std::vector<double> all = steps(volume);
  EXPECT_EQ(all[39], 1);
  EXPECT_EQ(all[40], 3);
  EXPECT_EQ(all[41], 5);
  EXPECT_EQ(all.back(), 5);
  EXPECT_EQ(slice_gaps(volume).count, 0U);
  EXPECT_EQ(regular_spacing_mm(volume), 5);

  std::vector<double> pairs;
  for (int k = 0; k < 20; ++k) pairs.insert(pairs.end(), {1.0, 9.0});
  EXPECT_EQ(steps(at(places(pairs), 1))[7], 5);
}

TEST(SliceSteps, NeighboursStandForOneMissingSliceAndForNoMore) {
  std::vector<double> distances(30, 2.0);
  distances[10] = 4;
  EXPECT_EQ(steps(at(places(distances), 2))[10], 3);
  EXPECT_EQ(steps(at(places(distances), 2))[11], 3);
  SliceGaps gaps = slice_gaps(at(places(distances), 2));
  EXPECT_EQ(gaps.count, 1U);
  EXPECT_EQ(gaps.length_mm, 4);
  EXPECT_EQ(gaps.left_out_mm, 0);

  distances[10] = 50;
  distances.back() = 70;
  const CtVolume volume = at(places(distances), 2);
  EXPECT_EQ(steps(volume)[10], 3);
  EXPECT_EQ(steps(volume)[11], 3);
  EXPECT_EQ(steps(volume).back(), 4);
  gaps = slice_gaps(volume);
  EXPECT_EQ(gaps.count, 2U);
  EXPECT_EQ(gaps.length_mm, 120);
  EXPECT_EQ(gaps.left_out_mm, 112);
  EXPECT_EQ(regular_spacing_mm(volume), 2);
}

TEST(SliceSteps, UnknownPlacesAreTakenForEvenOnes) {
  const CtVolume nowhere = at({NAN, NAN, NAN}, 2.5);
  EXPECT_THAT(steps(nowhere), Each(2.5));
  EXPECT_THAT(slice_weights(nowhere), Each(1.0));
  EXPECT_THAT(slice_weights(at({7}, 3)), ElementsAre(1.0));
  EXPECT_THAT(steps(at({7}, 3)), ElementsAre(3.0));
  EXPECT_EQ(regular_spacing_mm(at({7}, 3)), 0);
  EXPECT_EQ(slice_gaps(at({7}, 3)).count, 0U);
}

TEST(SliceSteps, WithoutADistanceThereAreNoStepsAndEverySliceCountsOnce) {
  const CtVolume volume = at({0, 1, 5}, 0);
  EXPECT_THAT(steps(volume), Each(0.0));
  EXPECT_THAT(slice_weights(volume), Each(1.0));
  EXPECT_EQ(regular_spacing_mm(volume), 0);
  EXPECT_EQ(slice_gaps(volume).count, 0U);
  EXPECT_TRUE(slice_weights(at({}, 2)).empty());
}

}  // namespace
}  // namespace jcs::imaging
