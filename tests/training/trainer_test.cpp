#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/training/classifier_trainer.hpp"
#include "jcs/training/segmenter_trainer.hpp"
#include "jcs/weights/model_file.hpp"

#include "data/picture_set.hpp"
#include "support/error_line.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::error_line;
using jcs::test::PictureSet;
using namespace jcs::training;

// Trains the smallest networks there are on pictures whose square gives label and mask away.
class TrainerTest : public testing::Test {
 protected:
  TrainerTest() : train_(16), validation_(4, 32, 32, "q") {}
  template <class Options>
  Options options(const char* folder) {
    Options o;
    o.network = decltype(o.network)::compact();
    o.run.folder = dir_ / folder;
    o.run.epochs = 3;
    o.run.batch_size = 4;
    o.run.device = "cpu";
    o.run.threads = 1;
    o.data.train = train_.manifest();
    o.data.validation = validation_.manifest();
    o.data.workers = 1;
    o.preprocessing.resize = 64;
    o.preprocessing.crop = 0;
    o.augmentation.flip_horizontal = 0.5;
    return o;
  }
  jcs::test::TempDir dir_;
  PictureSet train_, validation_;
};

TEST_F(TrainerTest, SegmenterLearnsAndItsFileNeedsNoOther) {
  auto o = options<SegmenterTrainingOptions>("seg");
  const auto result = train_segmenter(o, {}, {}, jcs::no_progress(), {});
  ASSERT_EQ(result.epochs.size(), 3u);
  EXPECT_LT(result.epochs[2].loss, result.epochs[0].loss);
  EXPECT_EQ(result.epochs[2].scores.front().first, "dice");
  const auto loaded = jcs::weights::load_segmenter(dir_ / "seg" / "best.safetensors");
  EXPECT_EQ(loaded.card.preprocessing, o.preprocessing);
  EXPECT_EQ(loaded.card.provenance.at("epoch"), result.best_epoch);
  EXPECT_TRUE(loaded.card.provenance.contains("train_manifest_sha256"));
}

TEST_F(TrainerTest, ClassifierLearnsAndItsFileNeedsNoOther) {
  auto o = options<ClassifierTrainingOptions>("cls");
  const auto result = train_classifier(o, {}, {}, jcs::no_progress(), {});
  ASSERT_EQ(result.epochs.size(), 3u);
  EXPECT_TRUE(std::isfinite(result.epochs[2].loss));
  EXPECT_EQ(result.epochs[2].scores.front().first, "balanced_accuracy");
  EXPECT_EQ(jcs::weights::load_classifier(dir_ / "cls" / "best.safetensors").card.preprocessing,
            o.preprocessing);
}

TEST_F(TrainerTest, AnInterruptedRunEndsWithTheSameWeightsWhateverTheWorkers) {
  auto o = options<SegmenterTrainingOptions>("whole");
  o.run.epochs = 2;
  train_segmenter(o, {}, {}, jcs::no_progress(), {});
  o.run.folder = dir_ / "parts";
  std::stop_source source;
  Observers observers;
  observers.on_step = [&](const StepRecord& record) {
    if (record.iteration == 2) {
      source.request_stop();
    }
  };
  EXPECT_THROW(train_segmenter(o, {}, observers, jcs::no_progress(), source.get_token()),
               jcs::Interrupted);
  o.data.workers = 3;
  train_segmenter(o, {}, {}, jcs::no_progress(), {});
  const auto whole = jcs::weights::read_tensors(dir_ / "whole" / "final.safetensors");
  const auto parts = jcs::weights::read_tensors(dir_ / "parts" / "final.safetensors");
  ASSERT_EQ(whole.tensors.size(), parts.tensors.size());
  for (const auto& [name, tensor] : whole.tensors) {
    EXPECT_TRUE(torch::equal(tensor, *parts.tensors.find(name))) << name;
  }
}

TEST_F(TrainerTest, StartsFromWeightsItIsGiven) {
  auto o = options<ClassifierTrainingOptions>("first");
  o.run.epochs = 1;
  train_classifier(o, {}, {}, jcs::no_progress(), {});
  o.initial.weights = dir_ / "first" / "final.safetensors";
  o.run.folder = dir_ / "second";
  o.optimizer.learning_rate = 1e-12;
  train_classifier(o, {}, {}, jcs::no_progress(), {});
  const auto a = jcs::weights::read_tensors(o.initial.weights);
  const auto b = jcs::weights::read_tensors(dir_ / "second" / "final.safetensors");
  EXPECT_TRUE(torch::allclose(*a.tensors.find("fc.weight"), *b.tensors.find("fc.weight"), 0, 1e-9));
}

TEST_F(TrainerTest, RefusesAPatientOnBothSides) {
  auto o = options<ClassifierTrainingOptions>("cls");
  o.data.validation = train_.manifest();
  const std::string line =
      error_line<jcs::InputError>([&] { train_classifier(o, {}, {}, jcs::no_progress(), {}); });
  EXPECT_NE(line.find("set.csv:2: patient 'p0' stands in the training manifest too"),
            std::string::npos)
      << line;
  EXPECT_FALSE(fs::exists(dir_ / "cls"));
}

TEST_F(TrainerTest, RefusesOptionsThatContradictOneAnother) {
  auto o = options<SegmenterTrainingOptions>("seg");
  o.augmentation.random_crop = true;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(o); }).find("a random crop needs a size"),
            std::string::npos);
  o = options<SegmenterTrainingOptions>("seg");
  o.preprocessing.crop = 65;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(o); }).find("crop is larger"),
            std::string::npos);
  o = options<SegmenterTrainingOptions>("seg");
  o.data.train.clear();
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(o); }).find("no data to learn from"),
            std::string::npos);
  o = options<SegmenterTrainingOptions>("seg");
  o.run.device = "cuda:99";
  EXPECT_NE(error_line<jcs::UsageError>([&] {
              train_segmenter(o, {}, {}, jcs::no_progress(), {});
            }).find("no such CUDA device"),
            std::string::npos);
}

}  // namespace
