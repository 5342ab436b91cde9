// Several processes at one cohort, and processes that are killed.
#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cohort/pretended.hpp"
#include "cohort/study_files.hpp"
#include "support/error_line.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::cohort::CohortOptions;
using jcs::cohort::DiagnoseStudy;
using jcs::cohort::run_cohort;
using jcs::cohort::Study;
using testing::ElementsAre;
using testing::HasSubstr;

/// Runs in another process; its exit status is that of waitpid().
template <class Action>
pid_t in_process(Action&& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      action();
      code = 0;
    } catch (...) {
    }
    ::_exit(code);
  }
  return child;
}

int ended(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

std::vector<std::string> content(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(CohortProcesses, AKilledRunLeavesNothingHalfAndGoesOn) {
  const jcs::test::TempDir dir;
  const fs::path out = dir / "out";
  const auto studies = jcs::test::named_studies({"a", "b", "c"});
  const CohortOptions options{.folder = out, .settings = {}, .shard = {}};
  const int status = ended(in_process([&] {
    run_cohort(studies, options, [](const Study& study, const fs::path& folder, auto&) {
      if (study.name != "b") return jcs::test::write_result(folder);
      const jcs::AtomicFolder output(folder);
      jcs::write_file(output.path() / "result.json", "{\"verdict\": \"pos");
      ::kill(::getpid(), SIGKILL);
    });
  }));
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(out / "studies/b"));
  EXPECT_EQ(content(out / "studies").size(), 3U) << "a, what was begun of b, and b's lock";

  std::vector<std::string> ran;
  const auto summary =
      run_cohort(studies, options, [&](const Study& study, const auto& folder, auto&) {
        ran.push_back(study.name);
        jcs::test::write_result(folder);
      });
  // The study that ended the first run comes last, so that it cannot keep others from being done.
  EXPECT_THAT(ran, ElementsAre("c", "b"));
  EXPECT_EQ(summary.done, 3U);
  EXPECT_THAT(content(out / "studies"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(content(out / "state"), ElementsAre("a.json", "b.json", "c.json"));
}

TEST(CohortProcesses, ShardsRunAtOnce) {
  const jcs::test::TempDir dir;
  std::vector<std::string> names;
  for (int i = 10; i < 30; ++i) names.push_back("P" + std::to_string(i));
  const auto studies = jcs::test::named_studies(names);
  std::vector<pid_t> children;
  for (int number = 1; number <= 3; ++number) {
    children.push_back(in_process([&, number] {
      run_cohort(studies, {.folder = dir / "out", .settings = {}, .shard = {number, 3}},
                 [](const Study& study, const fs::path& folder, auto&) {
                   std::this_thread::sleep_for(std::chrono::milliseconds(10));
                   if (study.name == "P17") throw jcs::InputError({"bad", "P17"});
                   jcs::test::write_result(folder);
                 });
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(ended(child), 0);
  const std::string csv = jcs::test::content_of(dir / "out/cohort.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 21);
  EXPECT_EQ(csv.find("pending"), std::string::npos) << csv;
  EXPECT_THAT(csv, HasSubstr("P17,in/P17,failed"));
  EXPECT_EQ(content(dir / "out/studies").size(), 19U);
  EXPECT_THAT(content(dir / "out"), ElementsAre("cohort.csv", "index.html", "state", "studies"));
}

/// A run of a shard that waits in its first study until it is killed.
class WaitingRun {
 public:
  WaitingRun(const std::vector<Study>& studies, const fs::path& out, jcs::cohort::Shard shard) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    child_ = in_process([&] {
      run_cohort(studies, {.folder = out, .settings = {}, .shard = shard},
                 [&](const Study&, const fs::path&, auto&) {
                   EXPECT_EQ(::write(ends[1], "x", 1), 1);
                   for (;;) ::pause();
                 });
    });
    ::close(ends[1]);
    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 1);
    ::close(ends[0]);
  }
  ~WaitingRun() {
    ::kill(child_, SIGKILL);
    ended(child_);
  }
  WaitingRun(const WaitingRun&) = delete;
  WaitingRun& operator=(const WaitingRun&) = delete;

 private:
  pid_t child_ = 0;
};

TEST(CohortProcesses, NoStudyIsDoneByTwoRunsAtOnce) {
  const jcs::test::TempDir dir;
  const auto studies = jcs::test::named_studies({"a", "b", "c", "d", "e", "f"});
  const auto run_shard = [&](jcs::cohort::Shard shard) {
    return run_cohort(
        studies, {.folder = dir / "out", .settings = {}, .shard = shard},
        [](const Study&, const fs::path& folder, auto&) { jcs::test::write_result(folder); });
  };
  const auto refused = [&](jcs::cohort::Shard shard) {
    const std::string line = jcs::test::error_line<jcs::OutputError>([&] { run_shard(shard); });
    return line.find("out: another run is writing it: process ") != std::string::npos;
  };
  {
    const WaitingRun other(studies, dir / "out", {1, 2});
    EXPECT_TRUE(refused({1, 2}));
    EXPECT_TRUE(refused({1, 1})) << "all studies";
    EXPECT_TRUE(refused({3, 4})) << "every second study of 1/2";
    EXPECT_TRUE(refused({2, 3})) << "one study of six is in both";
    EXPECT_EQ(run_shard({2, 2}).ran, 3U);
    EXPECT_EQ(run_shard({4, 4}).skipped, 1U);
  }
  {
    const WaitingRun other(studies, dir / "out", {1, 1});
    EXPECT_TRUE(refused({1, 2}));
  }
  // Locks of killed runs hold nobody up and leave nothing.
  EXPECT_EQ(run_shard({1, 1}).done, 6U);
  EXPECT_THAT(content(dir / "out/state"),
              ElementsAre("a.json", "b.json", "c.json", "d.json", "e.json", "f.json"));
}

}  // namespace
