#include "jcs/diagnosis/findings/suitability.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/lungs.hpp"
#include "jcs/imaging/phantom.hpp"
#include "jcs/imaging/study.hpp"
#include "jcs/imaging/turn.hpp"

#include "support/shared.hpp"

namespace {

using jcs::diagnosis::Concern;
using jcs::diagnosis::suitability;
using jcs::imaging::CtVolume;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The codes, decisive ones with an exclamation mark.
std::vector<std::string> concerns(const CtVolume& volume) {
  std::vector<std::string> codes;
  for (const Concern& concern : suitability(volume, jcs::imaging::find_lungs(volume).mask)) {
    EXPECT_THAT(concern.text, testing::EndsWith("."));
    codes.push_back(concern.code + (concern.decisive ? "!" : ""));
  }
  return codes;
}

CtVolume chest(int slices = 60, std::int64_t seed = 3) {
  jcs::imaging::PhantomOptions options;
  options.rows = options.columns = 128;
  options.slices = slices;
  options.seed = seed;
  options.diseased = true;
  return jcs::imaging::make_phantom(options).volume;
}

/// Slices first to last (excluded) alone.
CtVolume part(const CtVolume& whole, std::size_t first, std::size_t last) {
  CtVolume volume = whole;
  volume.slices.assign(whole.slices.begin() + static_cast<std::ptrdiff_t>(first),
                       whole.slices.begin() + static_cast<std::ptrdiff_t>(last));
  volume.hu.assign(whole.hu.begin() + static_cast<std::ptrdiff_t>(first * whole.pixels()),
                   whole.hu.begin() + static_cast<std::ptrdiff_t>(last * whole.pixels()));
  return volume;
}

/// Stands for abdomen: the lungs filled with tissue.
CtVolume without_lungs(CtVolume volume) {
  const std::vector<std::uint8_t> lungs = jcs::imaging::find_lungs(volume).mask;
  for (std::size_t i = 0; i < lungs.size(); ++i) {
    if (lungs[i] != 0) volume.hu[i] = 50;
  }
  return volume;
}

TEST(Suitability, AWholeChestRaisesNoConcern) { EXPECT_THAT(concerns(chest()), IsEmpty()); }

TEST(Suitability, ABodyWithoutLungsIsAnAbdomen) {
  EXPECT_THAT(concerns(without_lungs(chest())), ElementsAre("abdomen!"));
}

TEST(Suitability, ASmallBodyWithMuchBoneIsAHead) {
  CtVolume head = without_lungs(chest());
  for (std::size_t i = 0; i < head.hu.size(); ++i) {
    if (head.hu[i] > 0 && i % 4 == 0) head.hu[i] = 900;
  }
  EXPECT_THAT(concerns(head), ElementsAre("head!"));
}

TEST(Suitability, ASmallBodyWithoutLungsIsNoChest) {
  CtVolume leg = without_lungs(chest());
  leg.row_spacing_mm /= 2;
  leg.column_spacing_mm /= 2;
  EXPECT_THAT(concerns(leg), ElementsAre("no_lungs!"));
}

TEST(Suitability, ValuesThatAreNoHounsfieldUnitsAreDecisive) {
  CtVolume shifted = chest();
  for (std::int16_t& hu : shifted.hu) hu = static_cast<std::int16_t>(hu + 1024);
  EXPECT_THAT(concerns(shifted), Contains("uncalibrated!"));
  CtVolume low = chest();
  for (std::int16_t& hu : low.hu) hu = static_cast<std::int16_t>(hu - 1024);
  EXPECT_THAT(concerns(low), Contains("uncalibrated!"));
  CtVolume doubled = chest();
  for (std::int16_t& hu : doubled.hu) hu = static_cast<std::int16_t>((hu + 1024) * 4);
  EXPECT_THAT(concerns(doubled), Contains("uncalibrated!"));
}

TEST(Suitability, SlicesThatAreNotAxialAreDecisive) {
  CtVolume coronal = chest();
  coronal.normal = {0, 1, 0};
  EXPECT_THAT(concerns(coronal), ElementsAre("not_axial!"));
}

TEST(Suitability, SlicesThatAreStoredTurnedAreSaid) {
  CtVolume prone = chest();
  prone.row_direction = {-1, 0, 0};
  prone.column_direction = {0, -1, 0};
  EXPECT_THAT(concerns(prone), testing::Contains("turned"));
  CtVolume mirrored = chest();
  mirrored.row_direction = {-1, 0, 0};
  EXPECT_THAT(concerns(mirrored), testing::Contains("turned"));
  CtVolume tilted = chest();
  tilted.column_direction = {0, 0.9, -0.43};
  EXPECT_THAT(concerns(tilted), testing::Not(testing::Contains("turned")));
  // What the files do not say is not held against them.
  for (auto& slice : prone.slices) slice.oriented = false;
  EXPECT_THAT(concerns(prone), testing::Not(testing::Contains("turned")));
}

TEST(Suitability, PicturesAndUnknownSpacingCannotBeChecked) {
  CtVolume pictures = chest();
  pictures.windowed = true;
  EXPECT_THAT(concerns(pictures), ElementsAre("windowed"));
  CtVolume unspaced = chest();
  unspaced.row_spacing_mm = 0;
  EXPECT_THAT(concerns(unspaced), ElementsAre("no_geometry"));
}

TEST(Suitability, SlicesOfUnknownDistanceAreLookedAtAllTheSame) {
  CtVolume volume = chest();
  volume.slice_spacing_mm = 0;
  EXPECT_THAT(concerns(volume), IsEmpty());
  volume = without_lungs(chest());
  volume.slice_spacing_mm = 0;
  EXPECT_THAT(concerns(volume), ElementsAre("abdomen!"));
}

TEST(Suitability, FewSlicesAndWideGapsAreSaid) {
  CtVolume few = part(chest(), 28, 31);
  EXPECT_THAT(concerns(few), ElementsAre("partial_chest", "few_slices"));
  EXPECT_THAT(concerns(chest(25)), ElementsAre("wide_gaps"));
}

TEST(Suitability, APartOfWideGapsIsSaidBesideManyThinSlices) {
  CtVolume volume = chest();
  double at = 0;
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    volume.slices[k].location_mm = at;
    at += k < 12 ? 10 : 1;
  }
  volume.slice_spacing_mm = 1;
  const std::vector<Concern> said = suitability(volume, jcs::imaging::find_lungs(volume).mask);
  const auto wide = std::find_if(
      said.begin(), said.end(), [](const Concern& concern) { return concern.code == "wide_gaps"; });
  ASSERT_NE(wide, said.end());
  EXPECT_THAT(wide->text, testing::StartsWith("The slices are up to 10 mm apart"));
  EXPECT_THAT(wide->text, Not(HasSubstr("not counted")));
  // A slice that is missing makes no series coarse, and one slice alone is apart from none.
  volume = chest();
  volume.slices.back().location_mm += 20;
  EXPECT_THAT(concerns(volume), Not(Contains("wide_gaps")));
  volume = part(chest(), 30, 31);
  volume.slice_spacing_mm = 10;
  EXPECT_THAT(concerns(volume), Not(Contains("wide_gaps")));
}

TEST(Suitability, HowFarSlicesAreApartIsSaidWithoutGaps) {
  CtVolume volume = chest();
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    volume.slices[k].location_mm = 6.0 * static_cast<double>(k) + (k < 30 ? 0.0 : 24.0);
  }
  volume.slice_spacing_mm = 6;
  const std::vector<Concern> said = suitability(volume, jcs::imaging::find_lungs(volume).mask);
  const auto wide = std::find_if(
      said.begin(), said.end(), [](const Concern& concern) { return concern.code == "wide_gaps"; });
  ASSERT_NE(wide, said.end());
  EXPECT_THAT(wide->text,
              testing::StartsWith("The slices are up to 6 mm apart, gaps not counted:"));
}

TEST(Suitability, ASeriesThatEndsInsideTheLungsIsAPartOfThem) {
  EXPECT_THAT(concerns(part(chest(), 0, 30)), ElementsAre("partial_chest"));
}

TEST(Suitability, EndsAreNamedByTheBodyWherePositionsAreKnownAlone) {
  CtVolume volume = part(chest(), 0, 30);
  const std::vector<std::uint8_t> lungs = jcs::imaging::find_lungs(volume).mask;
  EXPECT_THAT(suitability(volume, lungs).front().text, testing::EndsWith(" at the upper end."));
  for (auto& slice : volume.slices) {
    slice.location_mm = std::numeric_limits<double>::quiet_NaN();
  }
  EXPECT_THAT(suitability(volume, lungs).front().text, testing::EndsWith(" at the last slice."));
}

TEST(Suitability, AWhiteLungIsSaid) {
  for (const std::uint8_t side : {1, 2}) {
    CtVolume volume = chest();
    const std::vector<std::uint8_t> lungs = jcs::imaging::find_lungs(volume).mask;
    for (std::size_t i = 0; i < lungs.size(); ++i) {
      if (lungs[i] == side) volume.hu[i] = 40;
    }
    const auto mask = jcs::imaging::find_lungs(volume).mask;
    const std::vector<Concern> said = suitability(volume, mask);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].code, "one_lung");
    EXPECT_FALSE(said[0].decisive);
    EXPECT_THAT(said[0].text, testing::HasSubstr(side == 1 ? "the right one may be white"
                                                           : "the left one may be white"));
  }
}

TEST(Suitability, ContrastMediumIsSeen) {
  CtVolume volume = chest();
  for (std::int16_t& hu : volume.hu) {
    if (hu >= 20 && hu < 100) hu = static_cast<std::int16_t>(hu + 180);
  }
  EXPECT_THAT(concerns(volume), ElementsAre("contrast"));
}

/// What is said of an upright volume whose slices are stored as `turn` brings them back from, but
/// that they are.
std::vector<std::string> texts_of(const CtVolume& upright, const std::vector<std::uint8_t>& lungs,
                                  const jcs::imaging::Turn& turn) {
  const auto stored = [&](const auto* values, int type) {
    return jcs::imaging::turned_back(cv::Mat(upright.rows, upright.columns, type,
                                             const_cast<void*>(static_cast<const void*>(values))),
                                     turn);
  };
  CtVolume volume = upright;
  std::vector<std::uint8_t> mask(lungs.size());
  for (std::size_t k = 0; k < upright.slice_count(); ++k) {
    const std::size_t first = k * upright.pixels();
    const cv::Mat hu = stored(upright.hu.data() + first, CV_16SC1).clone();
    std::copy(hu.begin<std::int16_t>(), hu.end<std::int16_t>(), volume.hu.begin() + first);
    const cv::Mat lung = stored(lungs.data() + first, CV_8UC1).clone();
    std::copy(lung.begin<std::uint8_t>(), lung.end<std::uint8_t>(), mask.begin() + first);
    volume.rows = hu.rows;
    volume.columns = hu.cols;
  }
  const double left = turn.columns_reversed ? -1 : 1, back = turn.rows_reversed ? -1 : 1;
  volume.row_direction = {left, 0, 0};
  volume.column_direction = {0, back, 0};
  if (turn.transposed) {
    std::swap(volume.row_direction, volume.column_direction);
    std::swap(volume.row_spacing_mm, volume.column_spacing_mm);
  }
  EXPECT_EQ(jcs::imaging::turn_to_upright(volume), turn);
  std::vector<std::string> texts;
  for (const Concern& concern : suitability(volume, mask)) {
    if (concern.code != "turned") texts.push_back(concern.text);
  }
  return texts;
}

TEST(Suitability, HowSlicesAreStoredChangesNothingElse) {
  const CtVolume plain = chest();
  CtVolume enhanced = plain;
  for (std::int16_t& hu : enhanced.hu) {
    if (hu >= 20 && hu < 100) hu = static_cast<std::int16_t>(hu + 180);
  }
  for (const bool contrast : {false, true}) {
    const CtVolume& whole = contrast ? enhanced : plain;
    // Rows and columns differ in number.
    CtVolume volume = whole;
    volume.rows = whole.rows - 8;
    volume.hu.clear();
    for (std::size_t k = 0; k < whole.slice_count(); ++k) {
      const auto slice = whole.slice(k);
      volume.hu.insert(volume.hu.end(), slice.begin(),
                       slice.begin() + static_cast<std::ptrdiff_t>(volume.pixels()));
    }
    const std::vector<std::uint8_t> lungs = jcs::imaging::find_lungs(volume).mask;
    const std::vector<std::string> texts = texts_of(volume, lungs, {});
    EXPECT_EQ(texts.size(), contrast ? 1U : 0U);
    for (int way = 1; way < 8; ++way) {
      EXPECT_EQ(texts_of(volume, lungs, {(way & 1) != 0, (way & 2) != 0, (way & 4) != 0}), texts);
    }
  }
}

TEST(Suitability, RealSeriesAreToldApart) {
  const auto data = jcs::test::data_dir();
  if (!std::filesystem::exists(data)) GTEST_SKIP() << data << " is not there";
  // Its upper half is 7 mm apart, the lower one 4 mm.
  EXPECT_THAT(concerns(jcs::imaging::read_study(data / "dicom-edge" / "ge-head-tilted")),
              ElementsAre("head!", "wide_gaps"));
  EXPECT_THAT(concerns(jcs::imaging::read_study(data / "ct-md" / "P001")), IsEmpty());
}

TEST(Suitability, RefusesAMaskOfAnotherVolume) {
  const std::vector<std::uint8_t> small(3);
  EXPECT_THROW(suitability(chest(4), small), jcs::InputError);
  EXPECT_THAT(suitability(CtVolume{}, {}), IsEmpty());
}

}  // namespace
