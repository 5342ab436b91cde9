#include "jcs/cohort/run.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>

#include "jcs/core/device_failure.hpp"
#include "jcs/core/output_lock.hpp"

#include "cohort/pretended.hpp"
#include "cohort/study_files.hpp"
#include "support/error_line.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::ExitCode;
using jcs::cohort::CohortOptions;
using jcs::cohort::CohortSummary;
using jcs::cohort::run_cohort;
using jcs::cohort::Study;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RunCohort : public testing::Test {
 protected:
  /// Runs with a diagnosis that notes the study and fails where told.
  CohortSummary run(const jcs::cohort::Shard& shard = {}) {
    ran_.clear();
    sent_.clear();
    CohortOptions options{.folder = out_, .settings = settings_, .shard = shard};
    if (!receiver_.empty()) {
      options.delivery = {.to = receiver_, .send = [&](const Study& study, const fs::path& folder) {
                            if (study.name == refused_) {
                              throw jcs::OutputError({"no answer", receiver_});
                            }
                            EXPECT_TRUE(fs::exists(folder / "result.json"));
                            sent_.push_back(study.name);
                          }};
    }
    return run_cohort(
        studies_, options,
        [&](const Study& study, const fs::path& folder, jcs::Progress& progress) {
          ran_.push_back(study.name);
          progress.update("classifying", 1, 2);
          if (study.name == stop_at_) stop_.request_stop();
          jcs::throw_if_stopped(stop_.get_token());
          if (const auto error = errors_.find(study.name); error != errors_.end()) error->second();
          jcs::test::write_result(folder);
        },
        progress_, stop_.get_token());
  }

  class Watch : public jcs::Progress {
   public:
    void update(std::string_view stage, std::size_t, std::size_t) override {
      stages.emplace_back(stage);
    }
    std::vector<std::string> stages;
  };

  jcs::test::TempDir dir_;
  fs::path out_ = dir_ / "out";
  std::string settings_ = "threshold 25";
  std::vector<Study> studies_ = jcs::test::named_studies({"a", "b", "c"});
  std::map<std::string, std::function<void()>> errors_;
  std::string stop_at_;
  std::stop_source stop_;
  Watch progress_;
  std::string receiver_, refused_;
  std::vector<std::string> ran_, sent_;
};

TEST_F(RunCohort, GivesEachStudyAResult) {
  const CohortSummary summary = run();
  EXPECT_THAT(ran_, ElementsAre("a", "b", "c"));
  EXPECT_TRUE(fs::exists(out_ / "studies/b/result.json"));
  EXPECT_TRUE(fs::exists(out_ / "index.html"));
  EXPECT_EQ(summary.studies, 3U);
  EXPECT_EQ(summary.done, 3U);
  EXPECT_EQ(summary.ran, 3U);
  EXPECT_EQ(summary.code, ExitCode::kDone);
  EXPECT_THAT(progress_.stages,
              ElementsAre("study 1 of 3, a: classifying", "study 2 of 3, b: classifying",
                          "study 3 of 3, c: classifying"));
}

TEST_F(RunCohort, GoesOnAfterAFailureAndTriesItAgain) {
  errors_["a"] = [] { throw jcs::InputError({"no CT slices in it", "in/a"}); };
  CohortSummary summary = run();
  EXPECT_EQ(summary.done, 2U);
  EXPECT_EQ(summary.failed, 1U);
  EXPECT_EQ(summary.code, ExitCode::kInput);
  EXPECT_FALSE(fs::exists(out_ / "studies/a"));
  EXPECT_THAT(jcs::test::content_of(out_ / "state/a.json"), HasSubstr("in/a: no CT slices in it"));

  errors_.clear();
  summary = run();
  EXPECT_THAT(ran_, ElementsAre("a"));
  EXPECT_EQ(summary.skipped, 2U);
  EXPECT_EQ(summary.done, 3U);
  EXPECT_EQ(summary.code, ExitCode::kDone);
  run();
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(RunCohort, ErrorsOfAllKindsAreTheStudys) {
  errors_["a"] = [] { throw std::bad_alloc(); };
  errors_["b"] = [] { throw std::runtime_error("CUDA\nerror"); };
  errors_["c"] = [] { throw jcs::OutputError({"disk full", "x"}); };
  const CohortSummary summary = run();
  EXPECT_EQ(summary.failed, 3U);
  EXPECT_EQ(summary.code, ExitCode::kUnforeseen);
  const std::string csv = jcs::test::content_of(out_ / "cohort.csv");
  EXPECT_THAT(csv, HasSubstr("1,not enough memory\n"));
  EXPECT_THAT(csv, HasSubstr("1,CUDA\n"));
  EXPECT_THAT(csv, HasSubstr("5,x: disk full\n"));
}

TEST_F(RunCohort, AGpuThatVanishesEndsTheRunAndFailsNoStudy) {
  errors_["b"] = [] {
    throw std::runtime_error("CUDA error: unspecified launch failure\nCompile with ...");
  };
  EXPECT_EQ(jcs::test::error_line<jcs::DeviceFailure>([&] { run(); }),
            "the GPU failed or vanished with 2 studies left; the same command goes on from here "
            "(got CUDA error: unspecified launch failure)");
  EXPECT_THAT(ran_, ElementsAre("a", "b"));
  const std::string csv = jcs::test::content_of(out_ / "cohort.csv");
  EXPECT_THAT(csv, HasSubstr("\na,in/a,done,"));
  EXPECT_THAT(csv, HasSubstr("\nb,in/b,pending,"));
  EXPECT_THAT(csv, HasSubstr("\nc,in/c,pending,"));

  errors_.clear();
  EXPECT_EQ(run().done, 3U);
  EXPECT_THAT(ran_, ElementsAre("c", "b"));
}

TEST_F(RunCohort, AResultThatCannotBeSentStaysAndIsSentByTheNextRun) {
  receiver_ = "pacs:104:ARCHIVE";
  refused_ = "b";
  CohortSummary summary = run();
  EXPECT_THAT(sent_, ElementsAre("a", "c"));
  EXPECT_EQ(summary.done, 2U);
  EXPECT_EQ(summary.unsent, 1U);
  EXPECT_EQ(summary.failed, 0U);
  EXPECT_EQ(summary.code, ExitCode::kOutput);
  const std::string csv = jcs::test::content_of(out_ / "cohort.csv");
  EXPECT_THAT(csv, HasSubstr("\nb,in/b,unsent,negative,3,120,"));
  EXPECT_THAT(csv, HasSubstr(",5,pacs:104:ARCHIVE: no answer\n"));
  EXPECT_THAT(jcs::test::content_of(out_ / "index.html"),
              HasSubstr("unsent: pacs:104:ARCHIVE: no answer"));

  refused_.clear();
  summary = run();
  EXPECT_THAT(ran_, IsEmpty());
  EXPECT_THAT(sent_, ElementsAre("b"));
  EXPECT_EQ(summary.done, 3U);
  EXPECT_EQ(summary.unsent, 0U);
  EXPECT_EQ(summary.code, ExitCode::kDone);
  run();
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(RunCohort, ResultsOfRunsThatSentNothingAreSent) {
  run();
  receiver_ = "pacs:104:ARCHIVE";
  run();
  EXPECT_THAT(ran_, IsEmpty());
  EXPECT_THAT(sent_, ElementsAre("a", "b", "c"));
  // A receiver that does not answer has no bearing on what another has.
  receiver_ = "other:104:ARCHIVE";
  refused_ = "a";
  run();
  EXPECT_THAT(sent_, ElementsAre("b", "c"));
  EXPECT_THAT(jcs::test::content_of(out_ / "cohort.csv"), HasSubstr("\na,in/a,unsent,"));
  receiver_ = "third:104:ARCHIVE";
  refused_ = "b";
  run(jcs::cohort::Shard::parse("2/3"));
  EXPECT_THAT(jcs::test::content_of(out_ / "cohort.csv"), Not(HasSubstr("other:104")));
  receiver_ = "pacs:104:ARCHIVE";
  refused_.clear();
  run();
  EXPECT_THAT(sent_, ElementsAre("b", "c"));
  // Nothing is to be sent now, so nothing is missing.
  receiver_.clear();
  refused_ = "a";
  EXPECT_EQ(run().done, 3U);
}

TEST_F(RunCohort, WhateverKeepsAResultFromBeingSentIsItsOwn) {
  CohortOptions options{.folder = out_, .settings = settings_, .shard = {}};
  options.delivery = {.to = "pacs", .send = [](const Study& study, const fs::path&) {
                        if (study.name == "b") throw std::bad_alloc();
                      }};
  const CohortSummary summary =
      run_cohort(studies_, options, [](const Study&, const fs::path& folder, jcs::Progress&) {
        jcs::test::write_result(folder);
      });
  EXPECT_EQ(summary.done, 2U);
  EXPECT_EQ(summary.unsent, 1U);
  EXPECT_EQ(summary.code, ExitCode::kUnforeseen);
}

TEST_F(RunCohort, ARunThatEndsWhileItSendsGoesOnToSend) {
  receiver_ = "pacs:104:ARCHIVE";
  CohortOptions options{.folder = out_, .settings = settings_, .shard = {}};
  options.delivery = {.to = receiver_, .send = [](const Study&, const fs::path&) {
                        throw jcs::Interrupted("stop");
                      }};
  EXPECT_THROW(run_cohort(studies_, options,
                          [](const Study&, const fs::path& folder, jcs::Progress&) {
                            jcs::test::write_result(folder);
                          }),
               jcs::Interrupted);
  EXPECT_EQ(run().done, 3U);
  EXPECT_THAT(ran_, ElementsAre("b", "c"));
  EXPECT_THAT(sent_, ElementsAre("a", "b", "c"));
}

TEST_F(RunCohort, OtherSettingsAreDoneAnew) {
  run();
  settings_ = "threshold 10";
  EXPECT_EQ(run().done, 3U);
  EXPECT_THAT(ran_, ElementsAre("a", "b", "c"));
}

TEST_F(RunCohort, AStudyWhoseFilesChangedIsDoneAnew) {
  jcs::test::write_text(dir_ / "in/a/1.dcm", "one");
  jcs::test::write_text(dir_ / "in/a/deep/2.dcm", "two");
  jcs::test::write_text(dir_ / "in/b/1.dcm", "one");
  studies_ = {{"a", dir_ / "in/a", "a"}, {"b", dir_ / "in/b", "b"}};
  run();
  run();
  EXPECT_THAT(ran_, IsEmpty());
  jcs::test::write_text(dir_ / "in/a/deep/2.dcm", "longer");
  run();
  EXPECT_THAT(ran_, ElementsAre("a"));
  jcs::test::write_text(dir_ / "in/b/2.dcm", "one more");
  run();
  EXPECT_THAT(ran_, ElementsAre("b"));
  // As long as before, but written later.
  fs::last_write_time(dir_ / "in/b/1.dcm",
                      fs::last_write_time(dir_ / "in/b/1.dcm") + std::chrono::milliseconds(1));
  run();
  EXPECT_THAT(ran_, ElementsAre("b"));
  // Wherever it lies.
  fs::rename(dir_ / "in", dir_ / "moved");
  studies_ = {{"a", dir_ / "moved/a", "a"}, {"b", dir_ / "moved/b", "b"}};
  run();
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(RunCohort, AStudyWhoseFilesChangedIsPendingUntilItsTurn) {
  jcs::test::write_text(dir_ / "in/b/1.dcm", "one");
  studies_ = {{"a", dir_ / "in/a", "a"}, {"b", dir_ / "in/b", "b"}};
  run();
  jcs::test::write_text(dir_ / "in/a/1.dcm", "one");
  jcs::test::write_text(dir_ / "in/b/1.dcm", "longer");
  stop_at_ = "a";
  EXPECT_THROW(run(), jcs::Interrupted);
  EXPECT_THAT(jcs::test::content_of(out_ / "cohort.csv"), HasSubstr("\nb,b,pending,,"));
  stop_ = std::stop_source();
  stop_at_.clear();
  const CohortSummary summary = run();
  EXPECT_EQ(summary.done, 2U);
  EXPECT_EQ(summary.pending, 0U);
  EXPECT_THAT(jcs::test::content_of(out_ / "cohort.csv"), HasSubstr("\nb,b,done,negative,"));
}

TEST_F(RunCohort, AnotherTreeWithTheSameNamesIsNotTakenForDone) {
  jcs::test::write_text(dir_ / "one/P001/1.dcm", "x");
  jcs::test::write_text(dir_ / "two/P001/1.dcm", "x");
  // Names, sizes and times tell files apart; these two may have come in one tick of the clock.
  fs::last_write_time(dir_ / "one/P001/1.dcm",
                      fs::last_write_time(dir_ / "two/P001/1.dcm") - std::chrono::hours(1));
  studies_ = {{"P001", dir_ / "one/P001", "P001"}};
  run();
  studies_ = {{"P001", dir_ / "two/P001", "P001"}};
  const CohortSummary summary = run();
  EXPECT_THAT(ran_, ElementsAre("P001"));
  EXPECT_EQ(summary.skipped, 0U);
}

TEST_F(RunCohort, ResultsAmongAStudysFilesAreNoneOfThem) {
  jcs::test::write_text(dir_ / "in/1.dcm", "one");
  out_ = dir_ / "in/out";
  studies_ = {{"in", dir_ / "in", "in"}};
  run();
  jcs::test::write_result(dir_ / "in/by_hand");
  run();
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(RunCohort, ADeletedOrCutResultIsDoneAnew) {
  run();
  fs::remove_all(out_ / "studies/a");
  jcs::test::write_text(out_ / "studies/c/result.json", "{\"verdict\":");
  run();
  EXPECT_THAT(ran_, ElementsAre("a", "c"));
}

TEST_F(RunCohort, StopsAndGoesOnFromThere) {
  stop_at_ = "b";
  EXPECT_THAT(jcs::test::error_line<jcs::Interrupted>([&] { run(); }),
              HasSubstr("with 2 studies left"));
  EXPECT_THAT(ran_, ElementsAre("a", "b"));
  EXPECT_THAT(jcs::test::content_of(out_ / "cohort.csv"), HasSubstr("\nb,in/b,pending,"));
  EXPECT_FALSE(fs::exists(out_ / "studies/b"));

  stop_ = std::stop_source();
  stop_at_.clear();
  EXPECT_EQ(run().done, 3U);
  EXPECT_THAT(ran_, ElementsAre("b", "c"));
}

TEST_F(RunCohort, StopsBetweenStudies) {
  errors_["a"] = [&] { stop_.request_stop(); };
  EXPECT_THROW(run(), jcs::Interrupted);
  EXPECT_THAT(ran_, ElementsAre("a"));
  EXPECT_THAT(jcs::test::content_of(out_ / "cohort.csv"), HasSubstr("\na,in/a,done,"));
}

TEST_F(RunCohort, AShardRunsItsPartAndShowsAll) {
  const CohortSummary summary = run({2, 2});
  EXPECT_THAT(ran_, ElementsAre("b"));
  EXPECT_EQ(summary.done, 1U);
  EXPECT_EQ(summary.pending, 2U);
  EXPECT_THAT(jcs::test::content_of(out_ / "cohort.csv"), HasSubstr("\nc,in/c,pending,"));
}

TEST_F(RunCohort, WhatAlwaysEndsARunKeepsNobodyFromItsTurn) {
  const auto ends_the_run = [] { throw std::runtime_error("CUDA error: launch failure"); };
  const auto broken_run = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // a clock tick of the file system
    EXPECT_THROW(run(), jcs::DeviceFailure);
  };
  errors_["a"] = ends_the_run;
  broken_run();
  errors_["b"] = ends_the_run;
  broken_run();
  EXPECT_THAT(ran_, ElementsAre("b"));
  errors_.erase("b");
  broken_run();
  EXPECT_THAT(ran_, ElementsAre("c", "a"));
  broken_run();
  EXPECT_THAT(ran_, ElementsAre("b", "a"));
}

TEST_F(RunCohort, WhatAnotherShardOfALongerListDidMeanwhileIsNotDoneAgain) {
  const auto longer = jcs::test::named_studies({"0", "a", "b", "c"});
  errors_["a"] = [&] {
    const auto write = [](const Study&, const fs::path& folder, jcs::Progress&) {
      jcs::test::write_result(folder);
    };
    run_cohort(longer, {.folder = out_, .settings = settings_, .shard = {2, 2}}, write, progress_,
               {});
  };
  const CohortSummary summary = run({1, 2});
  EXPECT_THAT(ran_, ElementsAre("a"));
  EXPECT_EQ(summary.skipped, 1U);
  EXPECT_EQ(summary.failed, 0U);
}

TEST_F(RunCohort, AStudyThatAnotherProgramDiagnosesIsLeftToIt) {
  errors_["b"] = [] { throw jcs::OutputInUse({"another run is writing it", "out/studies/b"}); };
  const CohortSummary summary = run();
  EXPECT_THAT(ran_, ElementsAre("a", "b", "c"));
  EXPECT_EQ(summary.failed, 0U);
  EXPECT_EQ(summary.pending, 1U);
  EXPECT_EQ(summary.code, jcs::ExitCode::kOutput);
}

TEST_F(RunCohort, LeavesOtherFilesAlone) {
  jcs::test::write_text(out_ / "thesis.doc");
  EXPECT_THAT(jcs::test::error_line<jcs::OutputError>([&] { run(); }),
              HasSubstr("holds files that are not an earlier cohort"));
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(RunCohort, AFileInTheWayIsNamed) {
  jcs::test::write_text(out_);
  EXPECT_THAT(jcs::test::error_line<jcs::OutputError>([&] { run(); }), HasSubstr("is in the way"));
}

TEST_F(RunCohort, AStateThatIsNoneIsPassedOver) {
  run();
  jcs::test::write_text(out_ / "state/a.json", "{}");
  jcs::test::write_text(out_ / "state/b.json", R"({"status": "done", "settings": 5})");
  EXPECT_EQ(run().done, 3U);
  EXPECT_THAT(ran_, ElementsAre("a", "b"));
}

}  // namespace
