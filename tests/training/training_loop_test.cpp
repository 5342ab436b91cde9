#include "jcs/training/training_loop.hpp"

#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/training/run_folder.hpp"
#include "jcs/weights/safetensors.hpp"

#include "support/error_line.hpp"
#include "support/single_thread.hpp"
#include "training/small_task.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::error_line;
using jcs::test::PictureSet;
using jcs::test::SmallTask;
using jcs::test::TrainingLoopTest;
using jcs::test::WithoutStatistics;
using namespace jcs::training;

TEST_F(TrainingLoopTest, LearnsAndLeavesItsFiles) {
  SmallTask task;
  std::vector<StepRecord> steps;
  std::vector<double> left;
  setup_.observers.on_step = [&](const StepRecord& record) { steps.push_back(record); };
  setup_.observers.on_epoch = [&](const EpochRecord&, double seconds) { left.push_back(seconds); };
  setup_.provenance = {{"from", "test"}};
  const TrainingResult result = train_it(task);
  ASSERT_EQ(result.epochs.size(), 4u);
  ASSERT_EQ(steps.size(), 12u);
  EXPECT_EQ(steps[7].epoch, 2);
  EXPECT_EQ(steps[7].losses.size(), 2u);
  EXPECT_LT(result.epochs.back().loss, result.epochs.front().loss);
  EXPECT_EQ(result.best_epoch, 2);
  EXPECT_EQ(result.best_score, 2.0);
  EXPECT_EQ(result.best_by, "score");
  EXPECT_GT(left.front(), 0.0);
  EXPECT_EQ(left.back(), 0.0);
  const auto content = [&](const char* name) {
    std::ifstream in(dir_ / "run" / name);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(nlohmann::json::parse(content("best.safetensors")).at("epoch"), 2);
  const auto last = nlohmann::json::parse(content("final.safetensors"));
  EXPECT_EQ(last.at("epoch"), 4);
  EXPECT_EQ(last.at("from"), "test");
  EXPECT_TRUE(last.at("scores").at("nothing").is_null());
  EXPECT_EQ(content("config.yaml"), "key: value\n");
  const std::string log = content("metrics.csv");
  EXPECT_TRUE(
      log.starts_with("epoch,iterations,learning_rate,loss,seconds,slices_per_second,waiting,"
                      "score,nothing\n1,3,"))
      << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 5);
  const auto run = nlohmann::json::parse(content("run.json"));
  EXPECT_EQ(run.at("command").at(1), "argument");
  EXPECT_EQ(run.at("version"), "1.2");
  EXPECT_EQ(run.at("complete"), true);
  EXPECT_EQ(run.at("best").at("epoch"), 2);
  EXPECT_EQ(run.at("weights").at("final.safetensors").at("sha256").get<std::string>().size(), 64u);
}

TEST_F(TrainingLoopTest, TheNumberOfWorkersChangesNothing) {
  SmallTask one;
  train_it(one);
  setup_.loader.workers = 3;
  setup_.run.folder = dir_ / "three";
  SmallTask three;
  train_it(three);
  const auto weights = tensors(three);
  for (const auto& [name, tensor] : tensors(one)) {
    EXPECT_TRUE(torch::equal(tensor, weights.at(name))) << name;
  }
}

TEST_F(TrainingLoopTest, StopsAfterTheIterationsAskedFor) {
  setup_.run.iterations = 5;
  SmallTask task;
  const TrainingResult result = train_it(task);
  EXPECT_EQ(task.steps, 5);
  EXPECT_EQ(result.epochs.size(), 2u);
  EXPECT_EQ(task.validations, 2);
}

TEST_F(TrainingLoopTest, ValidatesAsOftenAsAskedAndAtTheEnd) {
  setup_.run.epochs = 5;
  setup_.run.validate_every = 2;
  SmallTask task;
  const TrainingResult result = train_it(task);
  EXPECT_EQ(task.validations, 3);
  EXPECT_TRUE(result.epochs[0].scores.empty());
  EXPECT_FALSE(result.epochs[4].scores.empty());
}

TEST_F(TrainingLoopTest, SaysWhenTheLossIsNoLongerFinite) {
  SmallTask task;
  task.poison_at = 2;
  const std::string early = error_line<jcs::UsageError>([&] { train_it(task); });
  EXPECT_TRUE(early.starts_with("iteration 2 (")) << early;
  const std::string where = early.substr(0, early.find("): the loss is no longer finite"));
  EXPECT_EQ(std::count(where.begin(), where.end(), ','), 2) << "three files: " << early;
  EXPECT_NE(early.find("no checkpoint was written yet"), std::string::npos) << early;
  SmallTask later;
  later.poison_at = 5;
  setup_.run.folder = dir_ / "later";
  const std::string line = error_line<jcs::UsageError>([&] { train_it(later); });
  EXPECT_NE(line.find("the last good state is in"), std::string::npos) << line;
  EXPECT_NE(line.find("got nan"), std::string::npos) << line;
}

TEST_F(TrainingLoopTest, PartsOfABatchAddUpToIt) {
  WithoutStatistics whole;
  setup_.loader.workers = 0;
  train_it(whole);
  setup_.loader.parts = 3;
  setup_.run.accumulate = 3;
  setup_.run.folder = dir_ / "parts";
  WithoutStatistics parts;
  std::vector<StepRecord> steps;
  setup_.observers.on_step = [&](const StepRecord& record) { steps.push_back(record); };
  train_it(parts);
  EXPECT_EQ(parts.steps, 36);
  EXPECT_EQ(steps.size(), 12u);
  const auto expected = tensors(whole);
  for (const auto& [name, tensor] : tensors(parts)) {
    EXPECT_TRUE(torch::allclose(tensor, expected.at(name), 1e-4, 1e-5)) << name;
  }
}

TEST_F(TrainingLoopTest, ClipsTheGradientToItsLargestNorm) {
  setup_.optimizer.kind = OptimizerOptions::Kind::kSgd;
  setup_.optimizer.momentum = 0;
  setup_.optimizer.learning_rate = 1;
  setup_.schedule.kind = ScheduleOptions::Kind::kConstant;
  setup_.run.iterations = 1;
  setup_.run.clip_gradient = 1e-3;
  double norm = 0;
  setup_.observers.on_step = [&](const StepRecord& record) { norm = record.gradient_norm; };
  SmallTask task;
  const auto before = parameters(task);
  train_it(task);
  double square = 0;
  const auto after = parameters(task);
  for (const auto& [name, tensor] : before) {
    square += (after.at(name) - tensor).square().sum().item<double>();
  }
  EXPECT_GT(norm, 1e-2);
  EXPECT_NEAR(std::sqrt(square), 1e-3, 1e-5);
}

TEST_F(TrainingLoopTest, StopsEarlyWhenNothingGetsBetter) {
  setup_.run.epochs = 20;
  setup_.run.patience = 3;
  SmallTask task;
  const TrainingResult result = train_it(task);
  EXPECT_TRUE(result.stopped_early);
  EXPECT_EQ(result.epochs.size(), 5u);
  EXPECT_EQ(result.best_epoch, 2);
  EXPECT_TRUE(fs::exists(dir_ / "run" / "final.safetensors"));
  SmallTask again;
  EXPECT_TRUE(train_it(again).was_complete);
}

TEST_F(TrainingLoopTest, AnEpochWhoseFigureIsUndefinedIsNeitherBestNorAReasonToStop) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& undefined : {std::optional<double>(), std::optional<double>(nan),
                                std::optional<double>(std::numeric_limits<double>::infinity())}) {
    setup_.run.patience = 1;
    setup_.run.folder = dir_ / ("run" + std::to_string(undefined.value_or(0)));
    SmallTask task;
    task.undefined = undefined;
    task.undefined_until = 3;
    const TrainingResult result = train_it(task);
    EXPECT_FALSE(result.stopped_early);
    ASSERT_EQ(result.epochs.size(), 4U);
    EXPECT_EQ(result.best_epoch, 4);
    EXPECT_FALSE(result.epochs.front().scores.front().second);
    SmallTask again;
    EXPECT_TRUE(train_it(again).was_complete) << "the checkpoint can be read";
  }
}

TEST_F(TrainingLoopTest, ARunWithoutAnyFigureHasNoBestWeights) {
  SmallTask task;
  task.undefined_until = 99;
  const TrainingResult result = train_it(task);
  EXPECT_EQ(result.best_epoch, 0);
  EXPECT_EQ(result.best_by, "");
  EXPECT_FALSE(fs::exists(dir_ / "run" / "best.safetensors"));
  EXPECT_TRUE(fs::exists(dir_ / "run" / "final.safetensors"));
}

TEST_F(TrainingLoopTest, ABatchLargerThanTheDataIsCountedAsWhatItIs) {
  setup_.run.batch_size = setup_.loader.batch_size = 1000;
  SmallTask task;
  const TrainingResult result = train_it(task);
  const auto& first = result.epochs.front();
  EXPECT_LE(first.slices_per_second * (first.seconds + 1e-3), 1000.0)
      << "ten slices, of which a step takes all";
  const std::string card = jcs::read_file(dir_ / "run" / "model_card.md");
  EXPECT_NE(card.find("steps of 10 slices"), std::string::npos) << card;
}

TEST_F(TrainingLoopTest, TheFigureThatChoosesTheBestIsAMatterOfTheRun) {
  setup_.run.best_by = "loss";
  SmallTask task;
  task.with_loss = true;
  EXPECT_EQ(train_it(task).best_epoch, 4) << "the smallest loss is the best";
  setup_.run.best_by = "dice";
  setup_.run.folder = dir_ / "other";
  SmallTask other;
  EXPECT_NE(error_line<jcs::UsageError>([&] { train_it(other); })
                .find("run.best_by: no validation figure of that name (expected one of score, "
                      "nothing, loss, got 'dice')"),
            std::string::npos);
  EXPECT_EQ(other.steps, 0) << "it is said before anything is learned";
}

TEST_F(TrainingLoopTest, KeepsTheCheckpointsOfTheLastEpochs) {
  setup_.run.keep_checkpoints = 2;
  SmallTask task;
  train_it(task);
  EXPECT_FALSE(fs::exists(dir_ / "run" / "epoch-0002.ckpt"));
  EXPECT_TRUE(fs::exists(dir_ / "run" / "epoch-0003.ckpt"));
  EXPECT_TRUE(fs::exists(dir_ / "run" / "epoch-0004.ckpt"));
  const auto weights = tensors(task);
  fs::remove(dir_ / "run" / "last.ckpt");
  fs::copy(dir_ / "run" / "epoch-0003.ckpt", dir_ / "run" / "last.ckpt");
  SmallTask again;
  train_it(again);
  for (const auto& [name, tensor] : tensors(again)) {
    EXPECT_TRUE(torch::equal(tensor, weights.at(name))) << name;
  }
}

TEST_F(TrainingLoopTest, ComputesInBfloat16AndChannelsLastWhenAsked) {
  setup_.run.precision = Precision::kBf16;
  setup_.run.channels_last = true;
  SmallTask task;
  const TrainingResult result = train_it(task);
  EXPECT_EQ(task.seen_type, torch::kBFloat16);
  EXPECT_LT(result.epochs.back().loss, result.epochs.front().loss);
  for (const auto& parameter : task.network().parameters()) {
    EXPECT_EQ(parameter.scalar_type(), torch::kFloat);
    EXPECT_TRUE(parameter.dim() < 4 || parameter.is_contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

TEST_F(TrainingLoopTest, SweepsWhatAKilledRunWasWriting) {
  fs::create_directories(dir_ / "run");
  for (const char* name : {".last.ckpt.jcs-a1B2c3", ".notes.txt.a1B2c3", ".hidden", "mine.ckpt"}) {
    std::ofstream(dir_ / "run" / name) << "x";
  }
  SmallTask task;
  train_it(task);
  EXPECT_FALSE(fs::exists(dir_ / "run" / ".last.ckpt.jcs-a1B2c3"));
  EXPECT_TRUE(fs::exists(dir_ / "run" / ".notes.txt.a1B2c3"));
  EXPECT_TRUE(fs::exists(dir_ / "run" / ".hidden"));
  RunFolder(dir_ / "run").clear();
  EXPECT_FALSE(fs::exists(dir_ / "run" / "last.ckpt"));
  EXPECT_TRUE(fs::exists(dir_ / "run" / "mine.ckpt"));
}

TEST_F(TrainingLoopTest, NamesAFolderThatCannotBe) {
  jcs::write_file(dir_ / "file", "x");
  setup_.run.folder = dir_ / "file" / "run";
  SmallTask task;
  EXPECT_NE(error_line<jcs::OutputError>([&] { train_it(task); }).find("cannot be created"),
            std::string::npos);
}

// Stands in for a GPU that is too small: the third step finds no memory.
class TooLarge : public SmallTask {
 public:
  std::vector<torch::Tensor> losses(const jcs::data::Batch& batch) override {
    TORCH_CHECK_WITH(OutOfMemoryError, steps < 2, "CUDA out of memory. Tried to allocate 2.00 GiB");
    return SmallTask::losses(batch);
  }
};

TEST_F(TrainingLoopTest, ADeviceWithTooLittleMemoryIsOneClearLine) {
  TooLarge task;
  const std::string line = error_line<jcs::UsageError>([&] { train_it(task); });
  EXPECT_TRUE(line.starts_with("cpu: too little memory is free to train with ")) << line;
  EXPECT_NE(line.find("run.accumulate"), std::string::npos) << line;
}

TEST_F(TrainingLoopTest, OneRunAtATimeInAFolder) {
  SmallTask task;
  const RunFolder folder(dir_ / "run");
  {
    const jcs::OutputLock other = folder.lock();
    EXPECT_NE(error_line<jcs::OutputError>([&] { train_it(task); }).find("another run is writing"),
              std::string::npos);
  }
  EXPECT_EQ(train_it(task).epochs.size(), 4u);
  EXPECT_FALSE(fs::exists(dir_ / "run" / ".lock"));
}

}  // namespace
