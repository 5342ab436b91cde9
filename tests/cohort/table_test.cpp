#include "jcs/cohort/table.hpp"

#include <gmock/gmock.h>

#include "cohort/pretended.hpp"
#include "cohort/study_files.hpp"

namespace {

using jcs::cohort::CohortOptions;
using jcs::cohort::run_cohort;
using jcs::cohort::Status;
using jcs::cohort::Study;
using jcs::cohort::study_rows;
using jcs::cohort::StudyRow;
using jcs::cohort::table_csv;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHeader =
    "name,path,status,verdict,positive_slices,slices,threshold,opacity_ml,opacity_share,severity,"
    "lungs_ml,seconds,concerns,exit_code,error\n";

class Table : public testing::Test {
 protected:
  void run(const jcs::cohort::DiagnoseStudy& diagnose, bool paths = true) {
    CohortOptions options{.folder = dir_ / "out", .settings = "s", .shard = {}, .paths = paths};
    run_cohort(studies_, options, diagnose);
  }
  std::string csv() { return jcs::test::content_of(dir_ / "out/cohort.csv"); }

  jcs::test::TempDir dir_;
  std::vector<Study> studies_ = jcs::test::named_studies({"a", "b"});
};

TEST_F(Table, SaysWhatTheResultsSay) {
  run([](const Study& study, const auto& folder, auto&) {
    if (study.name == "b") throw jcs::InputError({"no CT, \"none\"", "in/b"});
    jcs::test::write_result(folder, 30);
  });
  EXPECT_EQ(csv(), std::string(kHeader) +
                       "a,in/a,done,positive,30,120,25,12.5,0.125,1-25 %,4000.5,3.25,"
                       "wide_gaps contrast,0,\n"
                       "b,in/b,failed,,,,,,,,,,,3,\"in/b: no CT, \"\"none\"\"\"\n");
}

TEST_F(Table, ReadsResultsThatKnowLess) {
  run([](const Study& study, const auto& folder, auto&) {
    std::filesystem::create_directories(folder);
    jcs::test::write_text(
        folder / "result.json",
        study.name == "a" ? R"({"verdict": 7, "findings": [], "concerns": {"x": 1}})" : "[1]");
  });
  EXPECT_EQ(csv(), std::string(kHeader) + "a,in/a,done,,,,,,,,,,,0,\nb,in/b,pending,,,,,,,,,,,,\n");
}

TEST_F(Table, OtherSettingsAreNotDone) {
  run([](const Study&, const auto& folder, auto&) { jcs::test::write_result(folder); });
  const auto rows = study_rows(dir_ / "out", studies_, "other");
  EXPECT_EQ(rows[0].status, Status::kPending);
  EXPECT_EQ(rows[0].verdict, "");
}

TEST_F(Table, AnotherStudyOfTheNameIsNotDone) {
  run([](const Study&, const auto& folder, auto&) { jcs::test::write_result(folder); });
  studies_[0].shown = "elsewhere/a";
  const auto rows = study_rows(dir_ / "out", studies_, "s");
  EXPECT_EQ(rows[0].status, Status::kPending);
  EXPECT_EQ(rows[1].status, Status::kDone);
}

TEST_F(Table, HidesPathsOnRequest) {
  run(
      [](const Study&, const auto&, auto&) {
        throw jcs::InputError({"is damaged", "in/DOE_JANE/1.dcm"});
      },
      false);
  EXPECT_THAT(csv(), Not(HasSubstr("DOE")));
  EXPECT_THAT(csv(), Not(HasSubstr("in/")));
  EXPECT_THAT(csv(), HasSubstr("a,,failed,,,,,,,,,,,3,the study's files cannot be used\n"));
  EXPECT_THAT(jcs::test::content_of(dir_ / "out/index.html"), Not(HasSubstr("DOE")));
}

TEST_F(Table, HidesWhyAResultWasNotSentOnRequest) {
  CohortOptions options{.folder = dir_ / "out", .settings = "s", .shard = {}, .paths = false};
  options.delivery = {.to = "pacs", .send = [](const Study&, const auto&) {
                        throw jcs::OutputError({"was refused", "in/DOE_JANE/report.dcm"});
                      }};
  run_cohort(studies_, options,
             [](const Study&, const auto& folder, auto&) { jcs::test::write_result(folder); });
  EXPECT_THAT(csv(), Not(HasSubstr("DOE")));
  EXPECT_THAT(csv(), HasSubstr("a,,unsent,negative,3,120,25,12.5,0.125,1-25 %,4000.5,3.25,"
                               "wide_gaps contrast,5,the result could not be sent\n"));
}

TEST(TableCsv, TextsAreNoFormulas) {
  StudyRow row;
  row.name = "a";
  row.path = "=cmd|' /C calc'!A0";
  EXPECT_THAT(table_csv({row}), HasSubstr("\na,./=cmd"));
}

}  // namespace
