#include "jcs/data/overlap.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error_line.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::data::find_overlap;
using jcs::data::Manifest;
using jcs::data::ManifestEntry;
using jcs::data::refuse_overlap;
using jcs::test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

class OverlapTest : public testing::Test {
 protected:
  ManifestEntry entry(const std::string& name, const std::string& content,
                      const std::string& patient) {
    std::ofstream(dir_ / name) << content;
    ManifestEntry entry;
    entry.image = dir_ / name;
    entry.patient = patient;
    return entry;
  }
  TempDir dir_;
};

TEST_F(OverlapTest, DisjointListsHaveNone) {
  const Manifest train{"train.csv", {entry("a", "1", "p1"), entry("b", "2", "")}};
  const Manifest val{"val.csv", {entry("c", "3", "p2"), entry("d", "4", "")}};
  EXPECT_TRUE(find_overlap(train, val).empty());
  refuse_overlap(train, val);
}

TEST_F(OverlapTest, FindsPatientsAndPicturesOfOneContent) {
  const Manifest train{"train.csv",
                       {entry("a", "1", "p2"), entry("b", "2", "p1"), entry("b2", "2", "p1"),
                        entry("e", "5", "p9")}};
  const Manifest val{"val.csv",
                     {entry("c", "2", "p7"), entry("d", "4", "p2"), entry("f", "6", "p1")}};
  const auto overlap = find_overlap(train, val, 2);
  EXPECT_THAT(overlap.patients, ElementsAre("p1", "p2"));
  ASSERT_EQ(overlap.pictures.size(), 2U);
  EXPECT_EQ(overlap.pictures[0].first, dir_ / "b");
  EXPECT_EQ(overlap.pictures[0].second, dir_ / "c");
  EXPECT_EQ(overlap.pictures[1].first, dir_ / "b2");
}

TEST_F(OverlapTest, SlicesOfOneVolumeAreOnePicture) {
  ManifestEntry low = entry("v.nii", "volume", "");
  low.slice = 1;
  ManifestEntry high = low;
  high.slice = 7;
  ManifestEntry higher = low;
  higher.slice = 8;
  EXPECT_EQ(find_overlap({"t", {low, high}}, {"v", {higher}}).pictures.size(), 1U);
}

TEST_F(OverlapTest, TheRefusalNamesTheFirstTheCountAndTheSetting) {
  const Manifest train{"train.csv", {entry("a", "1", "p1"), entry("b", "2", "p2")}};
  const Manifest val{"val.csv", {entry("c", "3", "p2")}};
  EXPECT_EQ(
      jcs::test::error_line<jcs::InputError>([&] { refuse_overlap(train, val); }),
      "val.csv: stands in train.csv too: patient 'p2' (expected patients and pictures on one "
      "side only; data.allow_overlap: true goes on knowingly, got 1 patient and 0 pictures on "
      "both)");
  const Manifest copy{"copy.csv", {entry("d", "2", "p3")}};
  const std::string line =
      jcs::test::error_line<jcs::InputError>([&] { refuse_overlap(train, copy); });
  EXPECT_THAT(line, HasSubstr("too: " + (dir_ / "b").string() + " = " + (dir_ / "d").string()));
  EXPECT_THAT(line, HasSubstr("0 patients and 1 picture on both"));
}

TEST_F(OverlapTest, AFileThatIsGoneIsNamed) {
  const Manifest train{"train.csv", {entry("a", "1", "")}};
  const Manifest val{"val.csv", {entry("c", "3", "")}};
  fs::remove(dir_ / "c");
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { find_overlap(train, val); }),
              HasSubstr((dir_ / "c").string()));
}

TEST(Overlap, TheListsOfTheReleaseTripIt) {
  const fs::path folder = jcs::test::data_dir() / "COVID-19-CT100";
  JCS_NEEDS(folder);
  const Manifest train = jcs::data::read_manifest(folder / "train.txt");
  const Manifest test = jcs::data::read_manifest(folder / "test.txt");
  EXPECT_EQ(find_overlap(train, test).pictures.size(), test.entries.size());
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { refuse_overlap(train, test); }),
              HasSubstr("allow_overlap"));
}

}  // namespace
