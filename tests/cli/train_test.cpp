// The training programs as a user runs them: whole runs, refusals, and runs that are killed.
#include <chrono>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/picture_set.hpp"
#include "support/paused_program.hpp"
#include "support/process.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::content_of;
using jcs::test::Finished;
using jcs::test::PictureSet;
using jcs::test::program;
using jcs::test::run_program;

class TrainProgram : public testing::TestWithParam<std::string> {
 protected:
  TrainProgram() : train_(16), validation_(4, 32, 32, "q") {
    std::ofstream yaml(dir_ / "run.yaml");
    yaml << "run: {epochs: 3, batch_size: 4, device: cpu, threads: 1, checkpoint_every: 1}\n"
         << "data: {train: " << train_.manifest().string()
         << ", validation: " << validation_.manifest().string() << ", workers: 1}\n"
         << "preprocessing: {resize: 64, crop: 0}\n"
         << "augmentation: {flip_horizontal: 0.5, contrast: 0.3}\n"
         << (GetParam() == "seg"
                 ? "network: {encoder: {width: 8, norm: trained, pool_before_last: true}, "
                   "attention_reduction: 4}\n"
                 : "network: {backbone: {layers: [1, 1, 1, 1], planes: 16}, bias: true}\n"
                   "mixup: {alpha: 0.5}\nmap_supervision: {weight: 10}\n");
  }
  [[nodiscard]] std::vector<std::string> command(const std::string& folder,
                                                 const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {program("train_" + GetParam()), "--config",
                                      (dir_ / "run.yaml").string(), "--out",
                                      (dir_ / folder).string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  [[nodiscard]] std::string weights(const std::string& folder) const {
    return content_of(dir_ / folder / "final.safetensors");
  }
  jcs::test::TempDir dir_;
  PictureSet train_, validation_;
};

TEST_P(TrainProgram, LeavesTheFilesItPromises) {
  const Finished run = run_program(command("run"));
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  for (const char* name :
       {"config.yaml", "run.json", "metrics.csv", "last.ckpt", "best.safetensors",
        "final.safetensors", "samples.png", "events.out.tfevents.0000000000.jcs"}) {
    EXPECT_TRUE(fs::exists(dir_ / "run" / name)) << name;
  }
  const auto record = nlohmann::json::parse(content_of(dir_ / "run" / "run.json"));
  EXPECT_EQ(record.at("command").at(2), (dir_ / "run.yaml").string());
  EXPECT_TRUE(record.at("provenance").contains("train_manifest_sha256"));
  const Finished again = run_program(command("run"));
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("this run is complete"), std::string::npos) << again.err;
  // What --print-config prints is a configuration that reads back.
  const Finished printed = run_program(command("run", {"--print-config"}));
  std::ofstream(dir_ / "again.yaml") << printed.out;
  const Finished reprinted = run_program({program("train_" + GetParam()), "--config",
                                          (dir_ / "again.yaml").string(), "--print-config"});
  EXPECT_EQ(printed.out, reprinted.out) << reprinted.err;
}

// Killed at moments spread over the whole run, over and over, it ends with the weights of a run
// that was left alone.
TEST_P(TrainProgram, KilledAtAnyMomentItEndsWithTheSameWeights) {
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(run_program(command("whole")).code, 0);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string expected = weights("whole");
  ASSERT_FALSE(expected.empty());
  const char* asked = std::getenv("JCS_KILLS");
  const int kills = asked == nullptr ? 4 : std::atoi(asked);
  int killed = 0;
  for (int i = 1; i <= kills; ++i) {
    const std::string folder = "killed" + std::to_string(i);
    const double moment = seconds * i / (kills + 1);
    std::vector<std::string> words = {"timeout", "-s", "KILL", std::to_string(moment)};
    const auto plain = command(folder);
    words.insert(words.end(), plain.begin(), plain.end());
    killed += run_program(words).code == 0 ? 0 : 1;
    // And once more, a little later, so that a run that goes on is killed too.
    killed += run_program(words).code == 0 ? 0 : 1;
    const Finished last = run_program(plain);
    ASSERT_EQ(last.code, 0) << last.err;
    EXPECT_EQ(weights(folder), expected) << "killed after " << moment << " s of " << seconds;
  }
  std::printf("train_%s: killed %d times, %d runs ended\n", GetParam().c_str(), killed, kills);
  EXPECT_GT(killed, 0);
}

// On a GPU, or with other threads, a repeated epoch may come out worse than it did before the kill.
TEST_P(TrainProgram, BestWeightsOfAnAttemptThatWasCutOffAreNamed) {
  if (GetParam() != "seg") GTEST_SKIP() << "the loop is one";
  // No batch norm and no step to speak of: every epoch scores alike, and the first stays the best.
  const auto words =
      command("run", {"--set", "network.architecture=dss", "--set", "optimizer.learning_rate=1e-30",
                      "--set", "run.keep_checkpoints=3"});
  const Finished whole = run_program(words);
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_EQ(whole.err.find("cut off"), std::string::npos) << whole.err;
  const fs::path run = dir_ / "run";
  const auto replace = [](const fs::path& from, const fs::path& to) {
    fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  };
  ASSERT_EQ(nlohmann::json::parse(content_of(run / "run.json")).at("best").at("epoch"), 1);
  replace(run / "epoch-0002.ckpt", run / "last.ckpt");
  replace(run / "final.safetensors", run / "best.safetensors");  // of the third epoch
  const Finished again = run_program(words);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("holds the weights of epoch 3 as they were before the run was cut off"),
            std::string::npos)
      << again.err;
}

TEST_P(TrainProgram, StopsOnASignalAndGoesOn) {
  ASSERT_EQ(run_program(command("whole", {"--set", "run.epochs=40"})).code, 0);
  std::vector<std::string> words = {"timeout", "-s", "TERM", "2"};
  const auto plain = command("stopped", {"--set", "run.epochs=40"});
  words.insert(words.end(), plain.begin(), plain.end());
  words.insert(words.begin() + 1, "--preserve-status");
  const Finished stopped = run_program(words);
  // On a machine so slow that the signal came before the program listened, it was killed (143).
  if (stopped.code != 0 && stopped.code != 143) {
    EXPECT_EQ(stopped.code, 130) << stopped.err;
    EXPECT_NE(stopped.err.find("the same command goes on from"), std::string::npos) << stopped.err;
  }
  ASSERT_EQ(run_program(plain).code, 0);
  EXPECT_EQ(weights("stopped"), weights("whole"));
}

TEST_P(TrainProgram, RefusesAFolderOfAnotherRunNamingTheKey) {
  ASSERT_EQ(run_program(command("run", {"--set", "run.epochs=1"})).code, 0);
  const Finished other = run_program(
      command("run", {"--set", "run.epochs=1", "--set", "optimizer.learning_rate=0.002"}));
  EXPECT_EQ(other.code, 2);
  EXPECT_EQ(other.error_lines(), 1) << other.err;
  EXPECT_NE(other.err.find("optimizer.learning_rate was 0.001, is 0.002"), std::string::npos)
      << other.err;
  const Finished anew = run_program(command(
      "run", {"--set", "run.epochs=1", "--set", "optimizer.learning_rate=0.002", "--restart"}));
  EXPECT_EQ(anew.code, 0) << anew.err;
}

TEST_P(TrainProgram, LimitsOfWhatAFileMayAskForAreOptions) {
  const PictureSet large(4, 1000, 1100, "r");
  const Finished refused = run_program(
      command("run", {"--set", "run.epochs=1", "--set", "data.train=" + large.manifest().string(),
                      "--limit-slice-megapixels", "1", "--quiet"}));
  EXPECT_EQ(refused.code, 3);
  EXPECT_EQ(refused.error_lines(), 1) << refused.err;
  EXPECT_NE(refused.err.find("too large"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find(large.path().string()), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(dir_ / "run" / "final.safetensors"));
}

TEST_P(TrainProgram, ARestartThatCannotStartLeavesTheEarlierRun) {
  ASSERT_EQ(run_program(command("run", {"--set", "run.epochs=1"})).code, 0);
  const std::string kept = weights("run");
  const Finished refused =
      run_program(command("run", {"--restart", "--set", "data.train=trian.csv"}));
  EXPECT_EQ(refused.code, 3);
  EXPECT_EQ(refused.error_lines(), 1) << refused.err;
  EXPECT_EQ(weights("run"), kept);
}

// torchrun and Slurm give the command again as it was.
TEST_P(TrainProgram, ALauncherThatStartsTheCommandAgainLosesNothing) {
  if (GetParam() != "cls") GTEST_SKIP() << "the command line is one";
  const auto words = command("run", {"--set", "run.epochs=2", "--set", "run.keep_checkpoints=2"});
  ASSERT_EQ(run_program(words).code, 0);
  const std::string expected = weights("run");
  auto again = words;
  again.emplace_back("--restart");
  const auto after_one_epoch = [&](const std::string& prelude) {
    fs::copy_file(dir_ / "run" / "epoch-0001.ckpt", dir_ / "run" / "last.ckpt",
                  fs::copy_options::overwrite_existing);
    return run_program(again, prelude);
  };
  for (const char* count : {"TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT"}) {
    const Finished run = after_one_epoch(std::string("export ") + count + "=1");
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_NE(run.err.find("--restart was for the first start"), std::string::npos) << run.err;
    EXPECT_EQ(run.err.find("epoch 1/2"), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("epoch 2/2"), std::string::npos) << run.err;
    EXPECT_EQ(weights("run"), expected);
  }
  const Finished first = after_one_epoch("export TORCHELASTIC_RESTART_COUNT=0");
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_NE(first.err.find("epoch 1/2"), std::string::npos) << first.err;
}

TEST_P(TrainProgram, RefusesToStartFromWeightsThatItWouldReplace) {
  ASSERT_EQ(run_program(command("run", {"--set", "run.epochs=1"})).code, 0);
  const fs::path best = dir_ / "run" / "best.safetensors";
  fs::create_symlink(best, dir_ / "link.safetensors");
  fs::create_directory_symlink(dir_ / "run", dir_ / "alias");
  std::vector<std::string> settings;
  for (const fs::path& file :
       {best, dir_ / "link.safetensors", dir_ / "alias" / "final.safetensors"}) {
    settings.push_back("initial.weights=" + file.string());
  }
  if (GetParam() == "seg") settings.push_back("fused_classifier.weights=" + best.string());
  const std::string kept = content_of(best);
  for (const std::string& setting : settings) {
    std::vector<std::string> more = {"--set", setting, "--restart"};
    if (setting.starts_with("fused")) more.insert(more.end(), {"--set", "network.fusion=paper"});
    const Finished refused = run_program(command("run", more));
    EXPECT_EQ(refused.code, 2) << refused.err;
    EXPECT_EQ(refused.error_lines(), 1) << refused.err;
    EXPECT_NE(refused.err.find(setting.substr(0, setting.find('=')) + ": the run's own files"),
              std::string::npos)
        << refused.err;
    EXPECT_EQ(content_of(best), kept);
    EXPECT_TRUE(fs::exists(dir_ / "run" / "last.ckpt"));
  }
  // What the user put there stays, and may serve.
  fs::copy_file(best, dir_ / "run" / "start.safetensors");
  const Finished own = run_program(
      command("run", {"--set", "run.epochs=1", "--restart", "--set",
                      "initial.weights=" + (dir_ / "run" / "start.safetensors").string()}));
  EXPECT_EQ(own.code, 0) << own.err;
  EXPECT_EQ(content_of(dir_ / "run" / "start.safetensors"), kept);
}

TEST_P(TrainProgram, DataThatMovedAreLookedForWhereTheyAre) {
  ASSERT_EQ(run_program(command("run", {"--set", "run.epochs=1"})).code, 0);
  fs::copy(validation_.path(), dir_ / "moved", fs::copy_options::recursive);
  const std::string list = (dir_ / "moved" / validation_.manifest().filename()).string();
  const Finished run =
      run_program(command("run", {"--set", "run.epochs=1", "--set", "data.validation=" + list}));
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("this run is complete"), std::string::npos) << run.err;
  const std::string configuration = content_of(dir_ / "run" / "config.yaml");
  EXPECT_NE(configuration.find(list), std::string::npos) << configuration;
}

TEST_P(TrainProgram, APictureThatChangedIsNotLearnedFromUnsaid) {
  const Finished stopped = run_program(command("run", {"--set", "run.epochs=1"}));
  ASSERT_EQ(stopped.code, 0) << stopped.err;
  fs::copy_file(train_.path() / "1.png", train_.path() / "2.png",
                fs::copy_options::overwrite_existing);
  const Finished refused = run_program(command("run", {"--set", "run.epochs=1"}));
  EXPECT_EQ(refused.code, 3);
  EXPECT_EQ(refused.error_lines(), 1) << refused.err;
  EXPECT_NE(refused.err.find("no longer those that the run began with"), std::string::npos)
      << refused.err;
}

// Every segmenter's configuration takes the networks of Table VII by one key.
TEST(TrainSeg, TakesAnotherArchitectureWithAnyConfiguration) {
  const auto print = [](const std::string& name, std::vector<std::string> sets) {
    std::vector<std::string> words = {
        program("train_seg"), "--print-config", "--config",
        (fs::path(JCS_SOURCE_DIR) / "configs" / (name + ".yaml")).string()};
    sets.insert(sets.end(), {"data.train=a.csv", "data.validation=b.csv"});
    for (const std::string& set : sets) {
      words.insert(words.end(), {"--set", set});
    }
    return run_program(words);
  };
  for (const char* name : {"seg_compact", "seg_paper"}) {
    for (const char* architecture : {"jcs", "unet", "dss", "egnet", "poolnet"}) {
      const Finished run = print(name, {std::string("network.architecture=") + architecture});
      EXPECT_EQ(run.code, 0) << run.err;
      EXPECT_NE(run.out.find(std::string("architecture: ") + architecture), std::string::npos);
    }
  }
  const Finished wrong = print("seg_compact", {"network.architecture=unet++"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("expected one of jcs, unet, dss, egnet, poolnet"), std::string::npos)
      << wrong.err;
}

TEST_P(TrainProgram, TrainsWhatThePaperComparesWith) {
  if (GetParam() != "seg") {
    GTEST_SKIP() << "a matter of segmenters";
  }
  const std::vector<std::string> sets = {"--set", "network.architecture=dss", "--set",
                                         "run.epochs=1"};
  const Finished run = run_program(command("dss", sets));
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(fs::exists(dir_ / "dss" / "final.safetensors"));
  std::vector<std::string> fused = sets;
  fused.insert(fused.end(), {"--set", "network.fusion=paper"});
  const Finished refused = run_program(command("fused", fused));
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.error_lines(), 1) << refused.err;
  EXPECT_NE(refused.err.find("DSS takes no features of a classifier"), std::string::npos);
}

TEST_P(TrainProgram, TwoRunsInOneFolderAreToldApart) {
  jcs::test::PausedProgram other(command("run"), dir_ / "run" / ".lock");
  ASSERT_TRUE(other.paused());
  for (const auto& more : std::vector<std::vector<std::string>>{{}, {"--restart"}}) {
    const Finished second = run_program(command("run", more));
    EXPECT_EQ(second.code, 5) << second.err;
    EXPECT_EQ(second.error_lines(), 1) << second.err;
    EXPECT_NE(second.err.find("run: another run is writing it: process "), std::string::npos)
        << second.err;
  }
  EXPECT_EQ(other.finish(), 0);
  EXPECT_FALSE(weights("run").empty());
  EXPECT_FALSE(fs::exists(dir_ / "run" / ".lock"));
}

INSTANTIATE_TEST_SUITE_P(Programs, TrainProgram, testing::Values("cls", "seg"),
                         [](const auto& info) { return info.param; });

}  // namespace
