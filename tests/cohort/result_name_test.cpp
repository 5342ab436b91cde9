#include <set>

#include <gmock/gmock.h>

#include "jcs/cohort/study.hpp"

namespace {

using jcs::cohort::result_name;
using testing::MatchesRegex;

TEST(ResultName, IsThePathWherePlain) {
  EXPECT_EQ(result_name("P001"), "P001");
  EXPECT_EQ(result_name("site-a/P001.2/"), "site-a__P001.2");
  EXPECT_EQ(result_name("./x.nii.gz"), "x.nii.gz");
  EXPECT_EQ(result_name("患者/Müller"), "患者__Müller");
}

TEST(ResultName, CanNeitherLeaveTheFolderNorDriveATerminal) {
  EXPECT_THAT(result_name("../../etc/passwd"), MatchesRegex("passwd-[0-9a-f]{8}"));
  EXPECT_THAT(result_name("a b\n\x1b[31m"), MatchesRegex("a_b___31m-[0-9a-f]{8}"));
  EXPECT_THAT(result_name(".hidden"), MatchesRegex("_hidden-[0-9a-f]{8}"));
  EXPECT_THAT(result_name("-rf"), MatchesRegex("_rf-[0-9a-f]{8}"));
  EXPECT_THAT(result_name("=1+2"), MatchesRegex("_1_2-[0-9a-f]{8}"));
  EXPECT_THAT(result_name("\xff\xfe"), MatchesRegex("__-[0-9a-f]{8}"));
  EXPECT_THAT(result_name("a\xe2\x80\xae"
                          "b"),
              MatchesRegex("a_b-[0-9a-f]{8}"));  // direction mark
  EXPECT_THAT(result_name("/data/ct/P001"), MatchesRegex("P001-[0-9a-f]{8}"));
}

TEST(ResultName, DiffersWherePathsDiffer) {
  std::set<std::string> names;
  const std::vector<std::string> paths = {"a/b",  "a__b", "a_/b", "a/_b", "a___b",  "a b",
                                          "a\tb", "/a/b", "/c/b", "../b", "../../b"};
  for (const std::string& path : paths) names.insert(result_name(path));
  EXPECT_EQ(names.size(), paths.size());
}

TEST(ResultName, IsThatOfThePathHoweverWritten) {
  EXPECT_EQ(result_name("a b/"), result_name("./a b"));
  EXPECT_EQ(result_name("/"), "study");
  EXPECT_EQ(result_name(""), "study");
}

TEST(ResultName, StaysShortAndKeepsTheEnd) {
  std::string path;
  for (int i = 0; i < 40; ++i) path += "階層/";
  const std::string name = result_name(path + "P001");
  EXPECT_LE(name.size(), 100U);
  EXPECT_THAT(name, MatchesRegex(".*__P001-[0-9a-f]{8}"));
  EXPECT_NE(name, result_name("x/" + path + "P001"));
}

}  // namespace
