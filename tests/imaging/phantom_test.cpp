#include "jcs/imaging/phantom.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "support/error_line.hpp"

namespace {

using jcs::imaging::CtVolume;
using jcs::imaging::make_phantom;
using jcs::imaging::Phantom;
using jcs::imaging::PhantomOptions;
using jcs::test::error_line;

PhantomOptions small(std::int64_t seed = 5, bool diseased = false) {
  PhantomOptions options;
  options.rows = options.columns = 96;
  options.slices = 20;
  options.seed = seed;
  options.diseased = diseased;
  return options;
}

std::size_t count(const std::vector<std::uint8_t>& map) {
  return static_cast<std::size_t>(std::count(map.begin(), map.end(), 1));
}

// The values where `map` is 1.
std::vector<int> values_in(const Phantom& phantom, const std::vector<std::uint8_t>& map) {
  std::vector<int> values;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (map[i] != 0) values.push_back(phantom.volume.hu[i]);
  }
  return values;
}

int quantile(std::vector<int> values, double share) {
  std::sort(values.begin(), values.end());
  return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
}

double mean_difference(const CtVolume& a, const std::vector<std::int16_t>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < b.size(); ++i) sum += std::abs(a.hu[i] - b[i]);
  return sum / static_cast<double>(b.size());
}

// The voxels in another order: each axis as it is or reversed.
std::vector<std::int16_t> flipped(const CtVolume& v, bool columns, bool rows, bool slices) {
  std::vector<std::int16_t> out;
  out.reserve(v.hu.size());
  const int depth = static_cast<int>(v.slice_count());
  for (int k = 0; k < depth; ++k) {
    const auto slice = v.slice(static_cast<std::size_t>(slices ? depth - 1 - k : k));
    for (int r = 0; r < v.rows; ++r) {
      for (int c = 0; c < v.columns; ++c) {
        const int row = rows ? v.rows - 1 - r : r;
        const int column = columns ? v.columns - 1 - c : c;
        out.push_back(slice[static_cast<std::size_t>(row * v.columns + column)]);
      }
    }
  }
  return out;
}

TEST(Phantom, IsTheSameForTheSameOptions) {
  const Phantom a = make_phantom(small(3, true));
  const Phantom b = make_phantom(small(3, true));
  EXPECT_EQ(a.volume.hu, b.volume.hu);
  EXPECT_EQ(a.mask, b.mask);
  EXPECT_EQ(a.volume.slices[7].sop_instance_uid, b.volume.slices[7].sop_instance_uid);
}

TEST(Phantom, ASliceDependsOnItsPlaceAloneNotOnTheSlicesBesideIt) {
  PhantomOptions options = small(3, true);
  options.slice_spacing_mm = 5;
  options.slices = 21;
  const Phantom many = make_phantom(options);
  options.slices = 1;
  options.noise_hu = 0;
  const Phantom one = make_phantom(options);
  // The middle slice of an odd number lies where the only slice lies.
  EXPECT_DOUBLE_EQ(one.volume.slices[0].location_mm, many.volume.slices[10].location_mm);
  const auto mask = many.mask_slice(10);
  EXPECT_TRUE(std::equal(mask.begin(), mask.end(), one.mask.begin()));
}

TEST(Phantom, AnotherSeedIsAnotherPatient) {
  const Phantom a = make_phantom(small(3));
  const Phantom b = make_phantom(small(4));
  EXPECT_NE(a.volume.series.patient_id, b.volume.series.patient_id);
  EXPECT_NE(a.volume.series.study_uid, b.volume.series.study_uid);
  EXPECT_NE(a.volume.row_spacing_mm, b.volume.row_spacing_mm);
  EXPECT_GT(mean_difference(a.volume, b.volume.hu), 50);
}

TEST(Phantom, NoTwoStudiesShareIdentifiers) {
  const Phantom clean = make_phantom(small(3, false));
  const Phantom diseased = make_phantom(small(3, true));
  EXPECT_NE(clean.volume.series.series_uid, diseased.volume.series.series_uid);
  EXPECT_NE(clean.volume.slices[0].sop_instance_uid, diseased.volume.slices[0].sop_instance_uid);
  EXPECT_NE(clean.volume.slices[0].sop_instance_uid, clean.volume.slices[1].sop_instance_uid);
}

TEST(Phantom, EveryFlipShows) {
  const Phantom phantom = make_phantom(small());
  EXPECT_GT(mean_difference(phantom.volume, flipped(phantom.volume, true, false, false)), 100);
  EXPECT_GT(mean_difference(phantom.volume, flipped(phantom.volume, false, true, false)), 100);
  EXPECT_GT(mean_difference(phantom.volume, flipped(phantom.volume, false, false, true)), 100);
}

TEST(Phantom, HeartLiesLeftAndLiverRight) {
  for (const std::int64_t seed : {1, 2, 3}) {
    const Phantom phantom = make_phantom(small(seed));
    const CtVolume& v = phantom.volume;
    // Lung voxels by side: columns run from the patient's right to the left.
    std::size_t right_low = 0, left_low = 0, right_middle = 0, left_middle = 0;
    for (std::size_t k = 0; k < v.slice_count(); ++k) {
      for (std::size_t i = 0; i < v.pixels(); ++i) {
        if (phantom.lungs[k * v.pixels() + i] == 0) continue;
        const bool left = static_cast<int>(i) % v.columns >= v.columns / 2;
        if (k >= 3 && k < 6) ++(left ? left_low : right_low);
        if (k >= 8 && k < 11) ++(left ? left_middle : right_middle);
      }
    }
    EXPECT_GT(right_middle, left_middle)
        << "the heart takes room from the left lung, seed " << seed;
    EXPECT_GT(left_low, right_low) << "the liver lifts the right diaphragm, seed " << seed;
  }
}

TEST(Phantom, OpacitiesChangeOnlyTheMaskAndASeamAroundIt) {
  PhantomOptions options = small(6, false);
  options.rows = options.columns = 160;
  const Phantom clean = make_phantom(options);
  options.diseased = true;
  const Phantom diseased = make_phantom(options);
  const CtVolume& v = diseased.volume;
  // The fading zone and the reach of the blur, which is two pixels here.
  const int seam =
      static_cast<int>(std::ceil(jcs::imaging::kOpacityEdgeMm / 2 / v.row_spacing_mm)) + 2;

  ASSERT_GT(count(diseased.mask), 1000U);
  std::size_t brighter = 0, outside = 0;
  for (std::size_t k = 0; k < v.slice_count(); ++k) {
    const auto mask = diseased.mask_slice(k);
    const auto a = clean.volume.slice(k);
    const auto b = v.slice(k);
    for (int r = 0; r < v.rows; ++r) {
      for (int c = 0; c < v.columns; ++c) {
        const auto at = static_cast<std::size_t>(r * v.columns + c);
        if (mask[at] != 0) brighter += b[at] - a[at] > 100 ? 1 : 0;
        if (a[at] == b[at]) continue;
        bool near = false;
        for (int y = std::max(0, r - seam); y <= std::min(v.rows - 1, r + seam) && !near; ++y) {
          for (int x = std::max(0, c - seam); x <= std::min(v.columns - 1, c + seam); ++x) {
            near = near || mask[static_cast<std::size_t>(y * v.columns + x)] != 0;
          }
        }
        outside += near ? 0 : 1;
      }
    }
  }
  // The rounded end of an opacity may graze a slice without reaching one half anywhere.
  EXPECT_LT(static_cast<double>(outside), 0.003 * static_cast<double>(count(diseased.mask)));
  // What is not much brighter are vessels and the walls of airways.
  EXPECT_GT(static_cast<double>(brighter), 0.85 * static_cast<double>(count(diseased.mask)));
}

TEST(Phantom, MasksLieInTheLungs) {
  const Phantom phantom = make_phantom(small(8, true));
  for (std::size_t i = 0; i < phantom.mask.size(); ++i) {
    ASSERT_LE(phantom.mask[i], phantom.lungs[i]);
  }
  EXPECT_EQ(count(make_phantom(small(8, false)).mask), 0U);
}

TEST(Phantom, OpacitiesAreAsManyAndAsLargeAsAskedFor) {
  PhantomOptions options = small(2, true);
  options.slices = 60;
  options.slice_spacing_mm = 4;
  options.opacities = 1;
  options.opacity_radius_mm = 20;
  const Phantom phantom = make_phantom(options);
  std::vector<std::size_t> positive;
  for (std::size_t k = 0; k < phantom.volume.slice_count(); ++k) {
    const auto mask = phantom.mask_slice(k);
    if (std::find(mask.begin(), mask.end(), 1) != mask.end()) positive.push_back(k);
  }
  // One body of 3-D: consecutive slices over about two radii.
  ASSERT_FALSE(positive.empty());
  EXPECT_EQ(positive.back() - positive.front() + 1, positive.size());
  EXPECT_GE(positive.size(), 6U);
  EXPECT_LE(positive.size(), 20U);

  options.opacities = 8;
  EXPECT_GT(count(make_phantom(options).mask), 2 * count(phantom.mask));
}

TEST(Phantom, DiseaseShowsInMostSlices) {
  for (const std::int64_t seed : {1, 2, 3, 4}) {
    const Phantom phantom = make_phantom(small(seed, true));
    std::size_t positive = 0;
    for (std::size_t k = 0; k < phantom.volume.slice_count(); ++k) {
      const auto mask = phantom.mask_slice(k);
      positive += std::count(mask.begin(), mask.end(), 1) >= 4 ? 1 : 0;
    }
    EXPECT_GE(positive, phantom.volume.slice_count() / 2) << "seed " << seed;
  }
}

TEST(Phantom, HounsfieldUnitsArePlausible) {
  PhantomOptions options = small(9, true);
  options.rows = options.columns = 256;
  const Phantom phantom = make_phantom(options);
  const CtVolume& v = phantom.volume;

  std::vector<int> air;
  for (std::size_t k = 0; k < v.slice_count(); ++k) {
    const auto slice = v.slice(k);
    air.insert(air.end(), slice.begin(), slice.begin() + 10);  // a corner above the patient
  }
  EXPECT_NEAR(std::accumulate(air.begin(), air.end(), 0.0) / static_cast<double>(air.size()), -1000,
              12);

  const auto lungs = values_in(phantom, phantom.lungs);
  EXPECT_NEAR(quantile(lungs, 0.5), -850, 50);
  const auto bright = std::count_if(lungs.begin(), lungs.end(), [](int hu) { return hu > -300; });
  EXPECT_GT(static_cast<double>(bright), 0.01 * static_cast<double>(lungs.size())) << "vessels";

  const auto opaque = values_in(phantom, phantom.mask);
  EXPECT_GT(quantile(opaque, 0.5), -620);
  EXPECT_LT(quantile(opaque, 0.5), 50);

  const auto share = [&](int low, int high) {
    return static_cast<double>(std::count_if(v.hu.begin(), v.hu.end(),
                                             [&](int hu) { return hu >= low && hu <= high; })) /
           static_cast<double>(v.hu.size());
  };
  EXPECT_GT(share(0, 100), 0.10) << "muscle, blood, liver";
  EXPECT_GT(share(-140, -60), 0.03) << "fat";
  EXPECT_GT(share(300, 1100), 0.005) << "bone";
  EXPECT_EQ(share(1300, 4000), 0);
}

TEST(Phantom, NoiseIsAsStrongAsAskedFor) {
  PhantomOptions options = small();
  options.slices = 4;
  options.noise_hu = 0;
  EXPECT_EQ(make_phantom(options).volume.hu.front(), -1000);
  for (const auto kernel : {PhantomOptions::Kernel::kSoft, PhantomOptions::Kernel::kSharp}) {
    options.kernel = kernel;
    options.noise_hu = 10;
    const CtVolume v = make_phantom(options).volume;
    double squares = 0;
    for (int i = 0; i < 800; ++i) {
      const double d = v.hu[static_cast<std::size_t>(i)] + 1000;
      squares += d * d;
    }
    EXPECT_NEAR(std::sqrt(squares / 800), kernel == PhantomOptions::Kernel::kSoft ? 10 : 16, 2);
  }
}

TEST(Phantom, GeometryFollowsTheOptions) {
  PhantomOptions options = small();
  options.rows = 80;
  options.columns = 120;
  options.row_spacing_mm = 4;
  options.column_spacing_mm = 3;
  options.slice_spacing_mm = 7.5;
  const CtVolume v = make_phantom(options).volume;
  EXPECT_EQ(v.rows, 80);
  EXPECT_EQ(v.columns, 120);
  EXPECT_EQ(v.hu.size(), 80U * 120U * 20U);
  EXPECT_EQ(v.row_spacing_mm, 4);
  EXPECT_EQ(v.column_spacing_mm, 3);
  EXPECT_EQ(v.slice_spacing_mm, 7.5);
  EXPECT_DOUBLE_EQ(v.slices[0].position[0], -1.5 * 119);
  EXPECT_DOUBLE_EQ(v.slices[0].position[1], -2.0 * 79);
  for (std::size_t k = 1; k < v.slice_count(); ++k) {
    EXPECT_NEAR(v.slices[k].position[2] - v.slices[k - 1].position[2], 7.5, 1e-9);
  }
}

TEST(Phantom, UncoveredSpacingIsChosenToShowTheWholeChest) {
  const Phantom phantom = make_phantom(small());
  const CtVolume& v = phantom.volume;
  EXPECT_EQ(v.row_spacing_mm, v.column_spacing_mm);
  for (std::size_t k = 0; k < v.slice_count(); ++k) {
    const auto slice = v.slice(k);
    for (int i = 0; i < v.columns; ++i) {
      EXPECT_LT(slice[static_cast<std::size_t>(i)], -850) << "the front is cut off";
    }
  }
  // Lungs from the first slices to the last ones, most in between.
  const auto area = [&](std::size_t k) {
    const auto* begin = phantom.lungs.data() + k * v.pixels();
    return std::count(begin, begin + v.pixels(), 1);
  };
  EXPECT_GT(area(1), 0);
  EXPECT_GT(area(v.slice_count() - 2), 0);
  EXPECT_GT(area(10), 2 * area(1));
  EXPECT_GT(area(10), 2 * area(v.slice_count() - 1));
}

TEST(Phantom, RefusesOptionsOutOfRange) {
  PhantomOptions options = small();
  options.slices = 0;
  EXPECT_EQ(error_line<jcs::UsageError>([&] { make_phantom(options); }),
            "slices: out of range (expected at least 1 and at most 2000, got 0)");
  options = small();
  options.noise_hu = std::nan("");
  error_line<jcs::UsageError>([&] { make_phantom(options); });
  options = small();
  options.rows = options.columns = 2048;
  options.slices = 2000;
  const std::string line = error_line<jcs::UsageError>([&] { make_phantom(options); });
  EXPECT_NE(line.find("too large"), std::string::npos) << line;
}

TEST(Phantom, StopsWhenAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  error_line<jcs::Interrupted>(
      [&] { make_phantom(small(), jcs::no_progress(), stop.get_token()); });
}

}  // namespace
