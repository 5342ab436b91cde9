#include "jcs/imaging/lungs.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/phantom.hpp"
#include "jcs/imaging/study.hpp"

#include "support/shared.hpp"

namespace {

using jcs::imaging::CtVolume;
using jcs::imaging::find_lungs;
using jcs::imaging::Lungs;
using jcs::imaging::make_phantom;
using jcs::imaging::Phantom;
using jcs::imaging::PhantomOptions;
using testing::HasSubstr;

Phantom phantom(std::int64_t seed, bool diseased, int slices = 40) {
  PhantomOptions options;
  options.rows = 160;
  options.columns = 176;
  options.slices = slices;
  options.seed = seed;
  options.diseased = diseased;
  return make_phantom(options);
}

double dice(const std::vector<std::uint8_t>& found, const std::vector<std::uint8_t>& truth) {
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    both += found[i] != 0 && truth[i] != 0 ? 1 : 0;
    sum += (found[i] != 0 ? 1 : 0) + (truth[i] != 0 ? 1 : 0);
  }
  return 2 * both / sum;
}

// Share of the voxels of one value that lie on the patient's left of the picture's middle.
double left_share(const Lungs& lungs, const CtVolume& volume, std::uint8_t value) {
  double left = 0, all = 0;
  for (std::size_t i = 0; i < lungs.mask.size(); ++i) {
    if (lungs.mask[i] != value) continue;
    const auto column = static_cast<int>(i % static_cast<std::size_t>(volume.columns));
    const bool patients_left = (column >= volume.columns / 2) == (volume.row_direction[0] > 0);
    left += patients_left ? 1 : 0;
    ++all;
  }
  return left / all;
}

TEST(FindLungs, AgreesWithWhatIsTrueOfPhantoms) {
  for (const std::int64_t seed : {1, 2, 3, 4}) {
    SCOPED_TRACE(seed);
    const Phantom healthy = phantom(seed, false);
    const Lungs lungs = find_lungs(healthy.volume);
    ASSERT_EQ(lungs.missing, "");
    ASSERT_EQ(lungs.mask.size(), healthy.volume.hu.size());
    EXPECT_GT(dice(lungs.mask, healthy.lungs), 0.98);
    EXPECT_LT(left_share(lungs, healthy.volume, 1), 0.1);
    EXPECT_GT(left_share(lungs, healthy.volume, 2), 0.9);
    const Phantom diseased = phantom(seed, true);
    EXPECT_GT(dice(find_lungs(diseased.volume).mask, diseased.lungs), 0.93) << "with opacities";
  }
}

TEST(FindLungs, KnowsLeftFromRightInAMirroredPicture) {
  CtVolume volume = phantom(5, false).volume;
  const std::vector<std::uint8_t> straight = find_lungs(volume).mask;
  for (std::size_t row = 0; row < volume.hu.size();
       row += static_cast<std::size_t>(volume.columns)) {
    std::reverse(volume.hu.begin() + static_cast<std::ptrdiff_t>(row),
                 volume.hu.begin() + static_cast<std::ptrdiff_t>(row) + volume.columns);
  }
  volume.row_direction = {-1, 0, 0};
  const Lungs mirrored = find_lungs(volume);
  EXPECT_LT(left_share(mirrored, volume, 1), 0.1);
  EXPECT_GT(left_share(mirrored, volume, 2), 0.9);
  EXPECT_NEAR(static_cast<double>(std::count(mirrored.mask.begin(), mirrored.mask.end(), 1)) /
                  static_cast<double>(std::count(straight.begin(), straight.end(), 1)),
              1.0, 0.01);
}

TEST(FindLungs, OneLungMayBeMissing) {
  Phantom study = phantom(6, false);
  CtVolume& volume = study.volume;
  for (std::size_t i = 0; i < volume.hu.size(); ++i) {  // the left lung is white
    const auto column = static_cast<int>(i % static_cast<std::size_t>(volume.columns));
    if (study.lungs[i] != 0 && column >= volume.columns / 2) volume.hu[i] = 30;
  }
  const Lungs lungs = find_lungs(volume);
  ASSERT_EQ(lungs.missing, "");
  const auto right = std::count(lungs.mask.begin(), lungs.mask.end(), 1);
  const auto left = std::count(lungs.mask.begin(), lungs.mask.end(), 2);
  EXPECT_GT(right, 10000);
  EXPECT_LT(static_cast<double>(left), 0.05 * static_cast<double>(right));
}

TEST(FindLungs, BothAreFoundInASingleThinSlice) {
  Phantom study = phantom(3, false);
  CtVolume& volume = study.volume;
  const auto first = static_cast<std::ptrdiff_t>(20 * volume.pixels());
  const auto end = first + static_cast<std::ptrdiff_t>(volume.pixels());
  volume.hu = {volume.hu.begin() + first, volume.hu.begin() + end};
  volume.slices = {volume.slices[20]};
  volume.slice_spacing_mm = 1;
  const Lungs lungs = find_lungs(volume);
  EXPECT_GT(dice(lungs.mask, {study.lungs.begin() + first, study.lungs.begin() + end}), 0.97);
}

TEST(FindLungs, SaysWhyThereAreNone) {
  CtVolume volume = phantom(1, false, 12).volume;
  const auto missing = [](const CtVolume& of) {
    const Lungs lungs = find_lungs(of);
    EXPECT_TRUE(lungs.mask.empty());
    return lungs.missing;
  };
  CtVolume pictures = volume;
  pictures.windowed = true;
  EXPECT_THAT(missing(pictures), HasSubstr("pictures"));
  CtVolume coronal = volume;
  coronal.normal = {0, 1, 0};
  EXPECT_THAT(missing(coronal), HasSubstr("not axial"));
  CtVolume unspaced = volume;
  unspaced.column_spacing_mm = 0;
  EXPECT_THAT(missing(unspaced), HasSubstr("not known"));
  CtVolume water = volume;
  std::fill(water.hu.begin(), water.hu.end(), std::int16_t{0});
  EXPECT_THAT(missing(water), HasSubstr("only 0 ml"));
  EXPECT_THAT(missing(CtVolume{}), HasSubstr("not known"));
}

TEST(FindLungs, AHeadHasNone) {
  const auto folder = jcs::test::shared_dir() / "data" / "dicom-edge" / "ge-head-tilted";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there";
  EXPECT_THAT(find_lungs(jcs::imaging::read_study(folder)).missing, HasSubstr("No lungs"));
}

TEST(FindLungs, RealLungsHaveLifelikeVolumes) {
  const auto folder = jcs::test::shared_dir() / "data" / "ct-md" / "cap001";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there";
  const CtVolume volume = jcs::imaging::read_study(folder);
  const Lungs lungs = find_lungs(volume);
  for (const std::uint8_t side : {1, 2}) {
    const double litres =
        static_cast<double>(std::count(lungs.mask.begin(), lungs.mask.end(), side)) *
        volume.voxel_volume_ml() / 1000;
    EXPECT_GT(litres, 2.0);
    EXPECT_LT(litres, 4.0);
  }
  // A colon full of gas lies where there is no lung yet; it touches the left one further up.
  EXPECT_THAT(std::vector(lungs.mask.begin(),
                          lungs.mask.begin() + static_cast<std::ptrdiff_t>(6 * volume.pixels())),
              testing::Each(0));
}

TEST(FindLungs, StopsWhenAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(find_lungs(phantom(1, false, 4).volume, stop.get_token()), jcs::Interrupted);
}

}  // namespace
