#include "jcs/evaluation/names.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.hpp"

namespace {

using testing::ElementsAre;

jcs::data::Manifest manifest(std::initializer_list<const char*> images) {
  jcs::data::Manifest list{"/data/list.csv", {}};
  for (const char* image : images) {
    jcs::data::ManifestEntry entry;
    entry.image = image;
    entry.line = static_cast<unsigned>(list.entries.size() + 2);
    list.entries.push_back(entry);
  }
  return list;
}

TEST(Names, AreThoseOfTheFilesWhereTheyDiffer) {
  EXPECT_THAT(jcs::evaluation::names_of(manifest({"/data/img/a.png", "/data/other/b.dcm"})),
              ElementsAre("a", "b"));
}

TEST(Names, OfFoldersAndOfFilesNamedByTheirUidAreWhole) {
  EXPECT_THAT(
      jcs::evaluation::names_of(manifest({"/data/studies/1.2.3.10", "/data/studies/1.2.3.11"})),
      ElementsAre("1.2.3.10", "1.2.3.11"));
  EXPECT_THAT(jcs::evaluation::names_of(manifest({"/data/1.2.3.10.DCM", "/data/1.2.3.11"})),
              ElementsAre("1.2.3.10", "1.2.3.11"));
  EXPECT_THAT(
      jcs::evaluation::names_of(manifest({"/data/v.1.NII.GZ", "/data/s.v2.Tiff", "/data/.png"})),
      ElementsAre("v.1", "s.v2", ".png"));
  EXPECT_THAT(jcs::evaluation::names_of(manifest({"/data/IM1.ima", "/data/IM2.dicom"})),
              ElementsAre("IM1", "IM2"));
  const jcs::test::TempDir dir;
  std::filesystem::create_directory(dir / "p1.first");
  const std::string study = (dir / "p1.first").string();
  EXPECT_THAT(jcs::evaluation::names_of(manifest({study.c_str()})), ElementsAre("p1.first"));
}

TEST(Names, TakeTheFoldersWhereTheyDoNot) {
  EXPECT_THAT(jcs::evaluation::names_of(manifest({"/data/p1/001.png", "/data/p2/001.png"})),
              ElementsAre("p1_001", "p2_001"));
}

TEST(Names, TakeTheLineWhereNothingElseHelps) {
  EXPECT_THAT(jcs::evaluation::names_of(manifest({"/data/a.png", "/data/a.jpg"})),
              ElementsAre("a_line2", "a_line3"));
}

TEST(Names, NumberTheSlicesOfAVolume) {
  auto list = manifest({"/data/v.nii.gz", "/data/v.nii.gz"});
  list.entries[0].slice = 3;
  list.entries[1].slice = 12;
  EXPECT_THAT(jcs::evaluation::names_of(list), ElementsAre("v_0003", "v_0012"));
}

}  // namespace
