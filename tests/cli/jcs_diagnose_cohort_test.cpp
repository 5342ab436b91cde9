#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/diagnose_fixture.hpp"
#include "support/paused_program.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::content_of;
using jcs::test::Finished;
using jcs::test::small_volume;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class JcsDiagnoseCohort : public jcs::test::DiagnoseFixture {
 protected:
  void write_study(const std::string& name, int slices) {
    jcs::imaging::CtVolume volume = small_volume(slices);
    volume.series.study_uid = "1.2.826.0.1.3680043.10." + std::to_string(100 + slices);
    volume.series.patient_id = name;
    write(volume, name);
  }
  [[nodiscard]] Finished run_cohort(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), "--cohort");
    return run_with(more);
  }
  [[nodiscard]] std::string table() const { return content_of(out_ / "cohort.csv"); }
};

TEST_F(JcsDiagnoseCohort, EveryStudyGetsItsResultAndARow) {
  write_study("a", 30);
  write_study("b", 20);
  const Finished finished = run_cohort();
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("2 studies: 2 done"), HasSubstr("index.html")));
  for (const char* file : {"result.json", "report.html", "segmentation.dcm", "report.dcm"}) {
    EXPECT_TRUE(fs::exists(out_ / "studies" / "a" / file)) << file;
    EXPECT_TRUE(fs::exists(out_ / "studies" / "b" / file)) << file;
  }
  EXPECT_THAT(table(), AllOf(HasSubstr("\na,a,done,positive,30,30,25,"),
                             HasSubstr("\nb,b,done,undetermined,20,20,25,")));
  EXPECT_THAT(content_of(out_ / "index.html"), HasSubstr("studies/a/report.html"));
}

TEST_F(JcsDiagnoseCohort, GoesOnAfterAStudyThatFailsAndTriesItAgain) {
  write_study("a", 30);
  write_study("b", 20);
  write_study("c", 25);
  jcs::test::set_rescale_slope(study_ / "b" / "slice_0003.dcm", "0");
  const Finished finished = run_cohort();
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("b: failed: "), HasSubstr("got 1 failed")));
  EXPECT_THAT(finished.out, HasSubstr("3 studies: 2 done, 1 failed"));
  EXPECT_THAT(table(), AllOf(HasSubstr("\nb,b,failed,"), HasSubstr("slice_0003.dcm"),
                             HasSubstr("\nc,c,done,")));
  EXPECT_FALSE(fs::exists(out_ / "studies" / "b"));

  const std::string kept = content_of(out_ / "studies" / "a" / "result.json");
  fs::remove_all(study_ / "b");
  write_study("b", 20);
  const Finished again = run_cohort();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, AllOf(HasSubstr("3 done, 0 failed"), HasSubstr("2 were done before")));
  EXPECT_EQ(content_of(out_ / "studies" / "a" / "result.json"), kept);
}

TEST_F(JcsDiagnoseCohort, AnArchiveThatCannotBeReachedCostsNoVerdict) {
  write_study("a", 30);
  const Finished finished = run_cohort({"--send", "127.0.0.1:1:PACS"});
  EXPECT_EQ(finished.code, 5);
  EXPECT_THAT(finished.err, HasSubstr("0 failed, 1 unsent"));
  EXPECT_THAT(finished.out, HasSubstr("1 unsent"));
  EXPECT_THAT(table(), AllOf(HasSubstr("\na,a,unsent,positive,30,30,25,"), HasSubstr(",5,"),
                             HasSubstr("127.0.0.1:1")));
  // Only the sending is tried again: what lies there stays as it is.
  const std::string kept = content_of(out_ / "studies" / "a" / "result.json");
  EXPECT_EQ(run_cohort({"--send", "127.0.0.1:1:PACS"}).code, 5);
  EXPECT_EQ(content_of(out_ / "studies" / "a" / "result.json"), kept);
  EXPECT_EQ(run_cohort().code, 0);
  EXPECT_THAT(table(), HasSubstr("\na,a,done,positive,"));
}

TEST_F(JcsDiagnoseCohort, OtherOptionsMakeResultsAnew) {
  write_study("a", 30);
  ASSERT_EQ(run_cohort().code, 0);
  EXPECT_THAT(run_cohort().out, HasSubstr("1 were done before"));
  EXPECT_THAT(run_cohort({"--threshold", "29"}).out, Not(HasSubstr("before")));
  EXPECT_THAT(table(), HasSubstr("positive,30,30,29"));
}

TEST_F(JcsDiagnoseCohort, ShardsShareTheStudiesOfAList) {
  write_study("a", 30);
  write_study("b", 20);
  std::ofstream(study_ / "list.csv") << "path,name\na,first\nb,second\n";
  const auto run_list = [&](const std::string& shard) {
    std::vector<std::string> all = words();
    all[0] = study_ / "list.csv";
    all.insert(all.end(), {"--cohort", "--shard", shard});
    return run(all);
  };
  EXPECT_THAT(run_list("1/2").out, HasSubstr("1 done, 0 failed, 1 pending"));
  EXPECT_TRUE(fs::exists(out_ / "studies" / "first"));
  EXPECT_FALSE(fs::exists(out_ / "studies" / "second"));
  EXPECT_THAT(run_list("2/2").out, HasSubstr("2 done, 0 failed, 0 pending"));
  EXPECT_EQ(run_list("3/2").code, 2);
}

TEST_F(JcsDiagnoseCohort, WithoutIdentityTheTableHoldsNoPaths) {
  write_study("doe_jane", 30);
  std::ofstream(study_ / "list.csv") << "path,name\ndoe_jane,first\n";
  std::vector<std::string> all = words();
  all[0] = study_ / "list.csv";
  all.insert(all.end(), {"--cohort", "--identity", "none"});
  ASSERT_EQ(run(all).code, 0);
  EXPECT_THAT(table(), Not(HasSubstr("doe_jane")));
  EXPECT_THAT(content_of(out_ / "studies" / "first" / "report.html"), Not(HasSubstr("doe_jane")));
  EXPECT_THAT(content_of(out_ / "studies" / "first" / "result.json"), Not(HasSubstr("doe_jane")));
}

TEST_F(JcsDiagnoseCohort, RefusesWhatMakesNoSense) {
  write_study("a", 30);
  EXPECT_EQ(run_with({"--shard", "1/2"}).code, 2) << "without --cohort";
  EXPECT_EQ(run_cohort({"--list-series"}).code, 2);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(JcsDiagnoseCohort, TwoRunsOfOneCohortAreToldApartAndShardsAreNot) {
  write_study("p1", 3);
  write_study("p2", 4);
  const auto shard = [&](const std::string& part) {
    std::vector<std::string> all = words();
    all.insert(all.end(), {"--cohort", "--shard", part});
    return all;
  };
  std::vector<std::string> first = shard("1/2");
  first.insert(first.begin(), jcs::test::program("jcs_diagnose"));
  {
    jcs::test::PausedProgram other(first, out_ / "state" / ".shard-1-of-2.lock");
    ASSERT_TRUE(other.paused());
    for (const char* part : {"1/2", "1/1"}) {
      const Finished second = run(shard(part));
      EXPECT_EQ(second.code, 5) << second.err;
      EXPECT_THAT(second.err, HasSubstr("another run is writing it: process "));
    }
    EXPECT_EQ(run(shard("2/2")).code, 0);
    // Killed here: its lock goes with it.
  }
  const Finished all = run(shard("1/1"));
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(std::distance(fs::directory_iterator(out_ / "state"), fs::directory_iterator{}), 2);
}

}  // namespace
