#include "jcs/cohort/study_list.hpp"

#include <gmock/gmock.h>

#include "cohort/study_files.hpp"
#include "support/error_line.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::cohort::read_study_list;
using jcs::cohort::Studies;
using jcs::test::write_text;
using testing::ElementsAre;
using testing::HasSubstr;

class StudyList : public testing::Test {
 protected:
  StudyList() {
    fs::create_directories(dir_ / "in/P 1");
    fs::create_directories(dir_ / "in/P2");
    write_text(dir_ / "in/v.nii.gz");
  }

  Studies read(const std::string& name, const std::string& text) {
    write_text(dir_ / name, text);
    return read_study_list(dir_ / name);
  }
  std::string refusal(const std::string& name, const std::string& text) {
    return jcs::test::error_line<jcs::InputError>([&] { read(name, text); });
  }

  jcs::test::TempDir dir_;
};

TEST_F(StudyList, HasAPathALine) {
  const Studies studies =
      read("list.txt", "\xEF\xBB\xBF# all of May\r\n\r\nin/P2\r\n  in/v.nii.gz \n" +
                           (dir_ / "in/P 1").string() + "\n");
  EXPECT_THAT(jcs::test::names(studies),
              ElementsAre(testing::MatchesRegex("P_1-[0-9a-f]{8}"), "in__P2", "in__v.nii.gz"));
  EXPECT_EQ(studies.studies[1].path, dir_ / "in/P2");
  EXPECT_EQ(studies.studies[1].shown, "in/P2");
}

TEST_F(StudyList, AsCsvMayNameStudies) {
  const Studies studies =
      read("list.csv", "label,name,path\n1,first,in/P2\n# left out\n0,,\"in/P 1\"\n");
  EXPECT_THAT(jcs::test::names(studies),
              ElementsAre("first", testing::MatchesRegex("in__P_1-[0-9a-f]{8}")));
}

TEST_F(StudyList, IsCsvInCapitalsToo) {
  EXPECT_THAT(jcs::test::names(read("MAY.CSV", "name,path\nfirst,in/P2\n")), ElementsAre("first"));
}

TEST_F(StudyList, PathsOfAnyLengthHaveNamesOfFolders) {
  const std::string uid = "1.2.840.113619.2." + std::string(41, '7');
  fs::create_directories(dir_ / uid / uid);
  const Studies studies = read("list.txt", uid + "/" + uid + "\n");
  EXPECT_THAT(jcs::test::names(studies),
              ElementsAre(testing::MatchesRegex(".*7__" + uid + "-[0-9a-f]{8}")));
  EXPECT_LE(studies.studies[0].name.size(), 100U);
}

TEST_F(StudyList, ErrorsNameTheLine) {
  EXPECT_THAT(refusal("l.txt", "in/P2\n\nin/P3\n"),
              testing::AllOf(HasSubstr("l.txt:3: there is no such study"), HasSubstr("in/P3")));
  write_text(dir_ / "in/notes.txt");
  EXPECT_THAT(refusal("l.txt", "in/notes.txt\n"), HasSubstr("l.txt:1: is no study"));
  EXPECT_THAT(refusal("l.txt", "in/P2\n# again\n./in/P2/\n"),
              testing::AllOf(HasSubstr("l.txt:3: the study is listed twice"), HasSubstr("line 1")));
  EXPECT_THAT(refusal("l.txt", "# nothing\n"), HasSubstr("l.txt: lists no study"));
  EXPECT_THAT(refusal("l.csv", "path,name\nin/P2,x\nin/P 1,x\n"),
              HasSubstr("l.csv:3: the name is given twice"));
  EXPECT_THAT(refusal("l.csv", "path,name\nin/P2,../x\n"),
              HasSubstr("l.csv:2: the name cannot be that of a folder everywhere"));
  EXPECT_THAT(refusal("l.csv", "path,name\nin/P2,..\n"), HasSubstr("l.csv:2: the name cannot"));
  EXPECT_THAT(refusal("l.csv", "path,name\n,x\n"), HasSubstr("l.csv:2: no path"));
  EXPECT_THAT(refusal("l.csv", "folder,name\nin/P2,x\n"), HasSubstr("l.csv:1: no column 'path'"));
  EXPECT_THAT(refusal("l.csv", "path,name\nin/P2,x,y\n"),
              HasSubstr("l.csv:2: more fields than the header names"));
  EXPECT_THAT(refusal("l.csv", "path,name\nin/P2\n"), HasSubstr("l.csv:2: too few fields"));
  EXPECT_THAT(refusal("l.csv", "path\n\"in/P2\n"), HasSubstr("l.csv:2: a quote is not closed"));
  EXPECT_THAT(refusal("l.csv", ""), HasSubstr("lists no study"));
  EXPECT_THAT(refusal("l.csv", "path\n"), HasSubstr("lists no study"));
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { read_study_list(dir_ / "none.txt"); }),
              HasSubstr("none.txt: cannot be read: No such file or directory"));
}

}  // namespace
