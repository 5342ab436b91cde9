// scripts/slurm_array.sh, with a program that only says how it was called.
#include <gmock/gmock.h>

#include "cohort/study_files.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::Finished;
using jcs::test::quoted;
using testing::HasSubstr;

class SlurmArray : public testing::Test {
 protected:
  SlurmArray() {
    const std::string program = dir_ / "says";
    jcs::test::write_text(program, "#!/bin/sh\nprintf '[%s]' \"$@\"\n");
    fs::permissions(program, fs::perms::owner_all);
    program_ = "export JCS_DIAGNOSE=" + quoted(program);
  }

  Finished run(const std::vector<std::string>& words, const std::string& environment) {
    std::vector<std::string> all = {"bash",
                                    std::string(JCS_SOURCE_DIR) + "/scripts/slurm_array.sh"};
    all.insert(all.end(), words.begin(), words.end());
    return jcs::test::run_program(
        all, "unset SLURM_ARRAY_TASK_ID SLURM_ARRAY_TASK_COUNT SLURM_CPUS_PER_TASK; " + program_ +
                 environment);
  }

  jcs::test::TempDir dir_;
  std::string program_;
};

constexpr const char* kTask =
    "; export SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=8 SLURM_CPUS_PER_TASK=4";

TEST_F(SlurmArray, RunsThePartOfTheTask) {
  const std::string tree = dir_.path().string();
  const Finished finished = run({tree, "out put", "--segment", "never"}, kTask);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out, "[" + tree +
                              "][--cohort][--output][out put][--shard][2/8][--threads][4]"
                              "[--segment][never]");
}

TEST_F(SlurmArray, TakesAList) {
  const Finished finished = run({"list.csv", "out"}, kTask);
  EXPECT_EQ(finished.out, "[list.csv][--cohort][--output][out][--shard][2/8][--threads][4]");
}

TEST_F(SlurmArray, SaysHowItIsSubmitted) {
  EXPECT_EQ(run({"tree"}, kTask).code, 2);
  const Finished alone = run({"tree", "out"}, "");
  EXPECT_EQ(alone.code, 2);
  EXPECT_THAT(alone.err, HasSubstr("submit it with sbatch --array=1-N"));
  const Finished without =
      run({"tree", "out"}, std::string(kTask) + "; export JCS_DIAGNOSE=/nowhere/jcs_diagnose");
  EXPECT_EQ(without.code, 2);
  EXPECT_EQ(without.error_lines(), 1) << without.err;
  EXPECT_THAT(without.err, HasSubstr("/nowhere/jcs_diagnose is not there"));
}

}  // namespace
