// Runs that end early and go on: to the very weights of one that was left alone, or not at all.
#include <chrono>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <torch/torch.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/training/training_loop.hpp"
#include "jcs/weights/safetensors.hpp"

#include "support/error_line.hpp"
#include "support/single_thread.hpp"
#include "training/small_task.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::error_line;
using jcs::test::SmallTask;
using jcs::test::TrainingLoopTest;
using namespace jcs::training;

using TrainingResumeTest = TrainingLoopTest;

// So that a file that is written anew can be told, however fast that is.
fs::file_time_type made_old(const fs::path& file) {
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(1));
  return fs::last_write_time(file);
}

// A run that is stopped after any step and started again ends with the very weights of one that was
// left alone.
TEST_F(TrainingResumeTest, StoppedAnywhereItEndsTheSame) {
  SmallTask undisturbed;
  const TrainingResult expected = train_it(undisturbed);
  const auto weights = tensors(undisturbed);
  for (int stop_at = 1; stop_at < 12; ++stop_at) {
    setup_.run.folder = dir_ / ("stopped" + std::to_string(stop_at));
    std::stop_source source;
    setup_.observers.on_step = [&](const StepRecord& record) {
      if (record.iteration + 1 == stop_at) {
        source.request_stop();
      }
    };
    SmallTask first;
    const std::string line =
        error_line<jcs::Interrupted>([&] { train_it(first, source.get_token()); });
    EXPECT_NE(line.find("after iteration " + std::to_string(stop_at)), std::string::npos) << line;
    setup_.observers.on_step = {};
    SmallTask second;
    second.already = first.validations;
    const TrainingResult result = train_it(second);
    for (const auto& [name, tensor] : tensors(second)) {
      EXPECT_TRUE(torch::equal(tensor, weights.at(name))) << name << " after a stop at " << stop_at;
    }
    ASSERT_EQ(result.epochs.size(), expected.epochs.size());
    for (std::size_t i = 0; i < expected.epochs.size(); ++i) {
      EXPECT_EQ(result.epochs[i].loss, expected.epochs[i].loss);
    }
    EXPECT_EQ(result.best_epoch, expected.best_epoch);
  }
}

// The last step was done, the validation behind it was not.
TEST_F(TrainingResumeTest, StoppedInTheLastValidationItTakesNoFurtherStep) {
  setup_.run.iterations = 5;  // within the second epoch
  SmallTask undisturbed;
  train_it(undisturbed);
  setup_.run.folder = dir_ / "stopped";
  SmallTask first;
  setup_.observers.on_step = [&](const StepRecord& record) {
    first.interrupt_validation = record.iteration == 4;
  };
  EXPECT_NE(error_line<jcs::Interrupted>([&] { train_it(first); }).find("after iteration 5"),
            std::string::npos);
  setup_.observers.on_step = {};
  SmallTask second;
  second.already = first.validations;
  const TrainingResult result = train_it(second);
  EXPECT_EQ(second.steps, 0);
  EXPECT_EQ(result.epochs.back().iterations, 5);
  const auto weights = tensors(undisturbed);
  for (const auto& [name, tensor] : tensors(second)) {
    EXPECT_TRUE(torch::equal(tensor, weights.at(name))) << name;
  }
}

// A validation that ends in an error, as one does where a slice cannot be decoded.
class ValidatedInVain : public SmallTask {
 public:
  Scores validate(jcs::Progress&, const std::stop_token&) override {
    throw jcs::InputError({"cannot be decoded", "slice.png"});
  }
};

TEST_F(TrainingResumeTest, AValidationThatFailsCostsNoStepOfItsEpoch) {
  SmallTask undisturbed;
  const TrainingResult expected = train_it(undisturbed);
  setup_.run.folder = dir_ / "failed";
  ValidatedInVain first;
  EXPECT_THROW(train_it(first), jcs::InputError);
  EXPECT_EQ(first.steps, 3);
  EXPECT_TRUE(fs::exists(setup_.run.folder / "last.ckpt"));
  SmallTask second;
  const TrainingResult result = train_it(second);
  EXPECT_EQ(second.steps, 9);
  ASSERT_EQ(result.epochs.size(), expected.epochs.size());
  EXPECT_EQ(result.epochs.front().loss, expected.epochs.front().loss);
  const auto weights = tensors(undisturbed);
  for (const auto& [name, tensor] : tensors(second)) {
    EXPECT_TRUE(torch::equal(tensor, weights.at(name))) << name;
  }
}

// Large networks take a while to write.
TEST_F(TrainingResumeTest, AStateIsWrittenOnce) {
  ValidatedInVain first;
  EXPECT_THROW(train_it(first), jcs::InputError);
  const fs::path checkpoint = dir_ / "run" / "last.ckpt";
  const auto long_ago = made_old(checkpoint);
  SmallTask second;
  second.interrupt_validation = true;
  EXPECT_THROW(train_it(second), jcs::Interrupted);
  EXPECT_EQ(fs::last_write_time(checkpoint), long_ago);
}

TEST_F(TrainingResumeTest, ACompleteRunIsLeftAlone) {
  SmallTask task;
  train_it(task);
  SmallTask again;
  const TrainingResult result = train_it(again);
  EXPECT_TRUE(result.was_complete);
  EXPECT_EQ(again.steps, 0);
  EXPECT_EQ(result.epochs.size(), 4u);
}

TEST_F(TrainingResumeTest, RefusesTheFolderOfAnotherRun) {
  SmallTask task;
  train_it(task);
  setup_.identity = {{"a", {{"b", 2}, {"c", "x"}}}};
  SmallTask other;
  const std::string line = error_line<jcs::UsageError>([&] { train_it(other); });
  EXPECT_NE(line.find("another configuration or other data (a.b was 1, is 2; a.c was absent, is "
                      "\"x\")"),
            std::string::npos)
      << line;
  EXPECT_TRUE(fs::exists(dir_ / "run" / "best.safetensors"));
}

TEST_F(TrainingResumeTest, RefusesADamagedCheckpoint) {
  SmallTask task;
  train_it(task);
  jcs::write_file(dir_ / "run" / "last.ckpt", "x");
  SmallTask again;
  EXPECT_NE(error_line<jcs::WeightsError>([&] { train_it(again); }).find("last.ckpt"),
            std::string::npos);
  jcs::weights::write_safetensors(dir_ / "run" / "last.ckpt", {}, {});
  EXPECT_NE(error_line<jcs::WeightsError>([&] { train_it(again); }).find("is no checkpoint"),
            std::string::npos);
}

TEST_F(TrainingResumeTest, RefusesToGoOnWithOtherData) {
  setup_.data_hashes = {{"train", "aa"}, {"validation", "bb"}};
  SmallTask task;
  train_it(task);
  setup_.data_hashes["validation"] = "cc";
  SmallTask other;
  EXPECT_NE(error_line<jcs::InputError>([&] {
              train_it(other);
            }).find("data.validation: the pictures or labels are no longer those"),
            std::string::npos);
  setup_.data_hashes["validation"] = "bb";
  SmallTask again;
  EXPECT_TRUE(train_it(again).was_complete);
}

TEST_F(TrainingResumeTest, KnowsItsDataWithoutTheRecord) {
  setup_.data_hashes = {{"train", "aa"}, {"validation", "bb"}};
  SmallTask task;
  train_it(task);
  for (const char* record : {"", "{\"data_sha"}) {
    fs::remove(dir_ / "run" / "run.json");
    if (*record != 0) jcs::write_file(dir_ / "run" / "run.json", record);
    setup_.data_hashes["train"] = "cc";
    SmallTask other;
    EXPECT_THROW(train_it(other), jcs::InputError);
    setup_.data_hashes["train"] = "aa";
    SmallTask again;
    EXPECT_TRUE(train_it(again).was_complete);
    const auto run = nlohmann::json::parse(jcs::read_file(dir_ / "run" / "run.json"));
    EXPECT_EQ(run.at("data_sha256").at("train"), "aa") << "the record is written again";
  }
}

// Data that moved are the same data; whoever measures the run looks for them where they are now.
TEST_F(TrainingResumeTest, TheConfigurationIsThatOfTheLastStart) {
  const fs::path file = dir_ / "run" / "config.yaml";
  SmallTask task;
  train_it(task);
  const auto long_ago = made_old(file);
  SmallTask same;
  EXPECT_TRUE(train_it(same).was_complete);
  EXPECT_EQ(fs::last_write_time(file), long_ago) << "nothing new is nothing to write";
  setup_.invocation.configuration = "key: elsewhere\n";
  SmallTask moved;
  EXPECT_TRUE(train_it(moved).was_complete);
  EXPECT_EQ(jcs::read_file(file), "key: elsewhere\n");
  setup_.invocation.configuration = "key: refused\n";
  setup_.identity = {{"a", 2}};
  SmallTask other;
  EXPECT_THROW(train_it(other), jcs::UsageError);
  EXPECT_EQ(jcs::read_file(file), "key: elsewhere\n") << "the folder is of another run";
}

// Its best weights change with every better epoch, and the record is not written as often.
TEST_F(TrainingResumeTest, TheRecordOfARunThatGoesOnNamesNoWeights) {
  const fs::path record = dir_ / "run" / "run.json";
  std::stop_source source;
  setup_.observers.on_step = [&](const StepRecord& step) {
    if (step.epoch == 1) source.request_stop();
  };
  SmallTask first;
  EXPECT_THROW(train_it(first, source.get_token()), jcs::Interrupted);
  ASSERT_TRUE(fs::exists(dir_ / "run" / "best.safetensors"));
  // Lost, or of a run that had been complete with fewer epochs.
  for (const char* found : {"", R"({"complete": true, "weights": {"best.safetensors": {}}})"}) {
    jcs::write_file(record, std::string(found));
    nlohmann::json meanwhile;
    std::stop_source again;
    setup_.observers.on_step = [&](const StepRecord&) {
      meanwhile = nlohmann::json::parse(jcs::read_file(record));
      again.request_stop();
    };
    SmallTask second;
    second.already = 1;
    EXPECT_THROW(train_it(second, again.get_token()), jcs::Interrupted);
    EXPECT_EQ(meanwhile.at("complete"), false);
    EXPECT_FALSE(meanwhile.contains("weights"));
  }
  setup_.observers.on_step = {};
  SmallTask last;
  last.already = 1;
  train_it(last);
  const auto run = nlohmann::json::parse(jcs::read_file(record));
  EXPECT_TRUE(run.at("weights").contains("best.safetensors"));
  EXPECT_EQ(run.at("complete"), true);
}

TEST_F(TrainingResumeTest, ARestartForgetsTheEarlierRunOnceItStarts) {
  SmallTask task;
  train_it(task);
  jcs::write_file(dir_ / "run" / "notes.txt", "mine");
  setup_.invocation.restart = true;
  setup_.identity = {{"a", 2}};
  setup_.run.best_by = "no figure";
  SmallTask refused;
  EXPECT_THROW(train_it(refused), jcs::UsageError);
  EXPECT_TRUE(fs::exists(dir_ / "run" / "final.safetensors")) << "it did not start";
  setup_.run.best_by.clear();
  SmallTask anew;
  EXPECT_FALSE(train_it(anew).was_complete);
  EXPECT_EQ(anew.steps, 12);
  EXPECT_TRUE(fs::exists(dir_ / "run" / "notes.txt"));
}

// Given again as it was, the command would remove what it says it goes on from.
TEST_F(TrainingResumeTest, ARestartThatIsStoppedGoesOnWithoutTheOption) {
  std::stop_source source;
  setup_.observers.on_step = [&](const StepRecord&) { source.request_stop(); };
  const auto said = [&] {
    source = {};
    SmallTask task;
    return error_line<jcs::Interrupted>([&] { train_it(task, source.get_token()); });
  };
  EXPECT_NE(said().find("; the same command goes on from "), std::string::npos);
  setup_.invocation.restart = true;
  EXPECT_NE(said().find("after iteration 1; the same command without --restart goes on from "),
            std::string::npos);
  // Only the first of a launcher's starts forgets.
  setup_.invocation.relaunched = true;
  EXPECT_NE(said().find("after iteration 2; the same command without --restart goes on from "),
            std::string::npos);
}

}  // namespace
