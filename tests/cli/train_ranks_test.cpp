// The training programs in several processes, as a launcher starts them.
#include <chrono>
#include <map>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/weights/tensor_file.hpp"

#include "data/picture_set.hpp"
#include "parallel/free_port.hpp"
#include "support/process.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::content_of;
using jcs::test::Finished;
using jcs::test::PictureSet;
using jcs::test::program;
using jcs::test::run_program;

class TrainRanks : public testing::Test {
 protected:
  TrainRanks() : train_(60), validation_(4, 32, 32, "q") {
    // No batch statistics, which processes do not share; ten steps of an odd batch.
    std::ofstream(dir_ / "run.yaml")
        << "run: {epochs: 2, batch_size: 12, device: cpu, threads: 1}\n"
        << "data: {train: " << train_.manifest().string()
        << ", validation: " << validation_.manifest().string() << ", workers: 1}\n"
        << "preprocessing: {resize: 64, crop: 0}\n"
        << "augmentation: {flip_horizontal: 0.5, contrast: 0.3}\n"
        << "network: {encoder: {width: 8, batch_norm: false, pool_before_last: true}, "
           "attention_reduction: 4}\n"
        << "optimizer: {kind: sgd, learning_rate: 0.01}\n";
  }

  // Runs `size` processes of one training and returns what each did. `more`: further arguments, in
  // which `{rank}` stands for each one's number; `prelude`: of a rank, words before the command.
  std::vector<Finished> run(int size, const std::string& folder,
                            const std::vector<std::string>& more = {},
                            const std::map<int, std::string>& prelude = {}) {
    const int port = jcs::test::free_port();
    std::string script;
    for (int rank = 0; rank < size; ++rank) {
      const std::string stem = (dir_ / (folder + std::to_string(rank))).string();
      script += "( " + (prelude.contains(rank) ? prelude.at(rank) + " " : std::string()) +
                "env RANK=" + std::to_string(rank) + " LOCAL_RANK=" + std::to_string(rank) +
                " WORLD_SIZE=" + std::to_string(size) +
                " MASTER_ADDR=127.0.0.1 MASTER_PORT=" + std::to_string(port) + " " +
                program("train_seg") + " --config " + (dir_ / "run.yaml").string() + " --out " +
                (dir_ / folder).string();
      for (std::string word : more) {
        const auto at = word.find("{rank}");
        script +=
            " " + (at == std::string::npos ? word : word.replace(at, 6, std::to_string(rank)));
      }
      script += " 2>" + stem + ".err; echo $? >" + stem + ".rc ) & ";
    }
    EXPECT_EQ(run_program({"sh", "-c", script + "wait"}).code, 0);
    std::vector<Finished> done(static_cast<std::size_t>(size));
    for (int rank = 0; rank < size; ++rank) {
      const std::string stem = (dir_ / (folder + std::to_string(rank))).string();
      done[static_cast<std::size_t>(rank)] = {std::stoi(content_of(stem + ".rc")), "",
                                              content_of(stem + ".err")};
    }
    return done;
  }

  // Largest difference between the final weights of two runs.
  double difference(const std::string& a, const std::string& b) {
    const auto first = jcs::weights::read_tensors(dir_ / a / "final.safetensors");
    const auto second = jcs::weights::read_tensors(dir_ / b / "final.safetensors");
    double largest = 0;
    for (const auto& [name, tensor] : first.tensors) {
      const torch::Tensor* other = second.tensors.find(name);
      EXPECT_NE(other, nullptr) << name;
      largest = std::max(largest, (tensor - *other).abs().max().item<double>());
    }
    return largest;
  }
  jcs::test::TempDir dir_;
  PictureSet train_, validation_;
};

TEST_F(TrainRanks, SeveralProcessesTakeTheStepsOfOne) {
  ASSERT_EQ(run_program({program("train_seg"), "--config", (dir_ / "run.yaml").string(), "--out",
                         (dir_ / "one").string()})
                .code,
            0);
  for (const int size : {2, 3}) {
    const std::string folder = "by" + std::to_string(size);
    for (const Finished& rank : run(size, folder)) {
      EXPECT_EQ(rank.code, 0) << rank.err;
    }
    const double largest = difference("one", folder);
    std::printf("%d processes: largest difference of a weight after ten steps %.2g\n", size,
                largest);
    EXPECT_LT(largest, 1e-5);
    // The same figures, written once.
    const auto rows = [&](const std::string& name) {
      const std::string text = content_of(dir_ / name / "metrics.csv");
      return std::count(text.begin(), text.end(), '\n');
    };
    EXPECT_EQ(rows(folder), 3);
  }
  // Learning changed the weights in the first place.
  ASSERT_EQ(run_program({program("train_seg"), "--config", (dir_ / "run.yaml").string(), "--out",
                         (dir_ / "short").string(), "--set", "run.iterations=1"})
                .code,
            0);
  EXPECT_GT(difference("one", "short"), 1e-3);
}

// EGNet has parameters that learn nothing and a loss that balances classes; U-Net a Dice over all
// processes' slices.
TEST_F(TrainRanks, NetworksOfTableVIITakeTheStepsOfOneToo) {
  for (const std::string architecture : {"unet", "egnet"}) {
    const auto train = [&](int size, const std::string& folder, const char* iterations) {
      for (const Finished& rank : run(size, folder,
                                      {"--set", "network.architecture=" + architecture, "--set",
                                       std::string("run.iterations=") + iterations})) {
        EXPECT_EQ(rank.code, 0) << rank.err;
      }
    };
    train(1, architecture + "1", "4");
    train(2, architecture + "2", "4");
    train(1, architecture + "_short", "1");
    EXPECT_GT(difference(architecture + "1", architecture + "_short"), 1e-4) << "it learns";
    const double largest = difference(architecture + "1", architecture + "2");
    std::printf("%s, 2 processes: largest difference of a weight after four steps %.2g\n",
                architecture.c_str(), largest);
    EXPECT_LT(largest, 1e-5);
  }
}

TEST_F(TrainRanks, GoOnInAnotherNumberOfProcesses) {
  // Long enough to be interrupted; small steps, so that rounding does not grow.
  const std::vector<std::string> longer = {"--set", "run.epochs=40", "--set",
                                           "optimizer.learning_rate=0.00001"};
  std::vector<std::string> one = {program("train_seg"), "--config", (dir_ / "run.yaml").string(),
                                  "--out", (dir_ / "one").string()};
  one.insert(one.end(), longer.begin(), longer.end());
  ASSERT_EQ(run_program(one).code, 0);
  // Stopped by a signal to one of them alone, all leave together, and leave a checkpoint.
  const auto stopped = run(2, "parts", longer, {{1, "timeout --preserve-status -s TERM 6"}});
  EXPECT_EQ(stopped[0].code, stopped[1].code);
  for (const Finished& rank : stopped) {
    EXPECT_TRUE(rank.code == 130 || rank.code == 0) << rank.code << rank.err;
  }
  for (const Finished& rank : run(3, "parts", longer)) {
    EXPECT_EQ(rank.code, 0) << rank.err;
  }
  EXPECT_LT(difference("one", "parts"), 1e-5);
}

TEST_F(TrainRanks, AKilledProcessEndsAllWithinHalfAMinute) {
  const auto start = std::chrono::steady_clock::now();
  const auto done = run(2, "run",
                        {"--set", "run.epochs=100000", "--set", "optimizer.learning_rate=0.00001",
                         "--set", "run.checkpoint_every=1"},
                        {{1, "timeout -s KILL 12"}});
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_EQ(done[0].code, 1);
  EXPECT_NE(done[0].err.find("rank 1"), std::string::npos) << done[0].err;
  EXPECT_NE(done[1].code, 0);
  EXPECT_LT(seconds, 12 + 30);
  EXPECT_TRUE(fs::exists(dir_ / "run" / "last.ckpt"));
}

TEST_F(TrainRanks, RefuseDifferentConfigurationsAndTooSmallBatches) {
  for (const Finished& rank : run(2, "small", {"--set", "run.batch_size=1"})) {
    EXPECT_EQ(rank.code, 2);
    EXPECT_NE(rank.err.find("a batch has fewer slices than there are processes"), std::string::npos)
        << rank.err;
  }
  const auto done = run(2, "other", {"--set", "run.seed={rank}"});
  for (const Finished& rank : done) {
    EXPECT_EQ(rank.code, 2) << rank.err;
    EXPECT_NE(rank.err.find("rank 1: was started with another configuration"), std::string::npos)
        << rank.err;
  }
}

}  // namespace
