// The networks of Table VII learn as the segmenter does.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/training/segmenter_trainer.hpp"
#include "jcs/weights/model_file.hpp"

#include "data/picture_set.hpp"
#include "support/error_line.hpp"

namespace {

using jcs::models::SegmenterOptions;
using jcs::test::error_line;
using jcs::test::PictureSet;
using namespace jcs::training;
using Architecture = SegmenterOptions::Architecture;

struct Baseline {
  Architecture architecture;
  const char* name;
  std::size_t losses;
};

class BaselineTrainer : public testing::TestWithParam<Baseline> {
 protected:
  BaselineTrainer() : train_(12), validation_(3, 32, 32, "q") {}
  SegmenterTrainingOptions options(const char* folder) {
    SegmenterTrainingOptions o;
    o.network = SegmenterOptions::compact();
    o.network.architecture = GetParam().architecture;
    o.run.folder = dir_ / folder;
    o.run.epochs = 5;
    o.run.batch_size = 4;
    o.run.device = "cpu";
    o.run.threads = 1;
    o.data.train = train_.manifest();
    o.data.validation = validation_.manifest();
    o.data.workers = 1;
    o.preprocessing.resize = 40;
    o.preprocessing.crop = 0;
    return o;
  }
  jcs::test::TempDir dir_;
  PictureSet train_, validation_;
};

TEST_P(BaselineTrainer, LearnsAndItsFileNeedsNoOther) {
  auto o = options("seg");
  std::vector<StepRecord> steps;
  Observers observers;
  observers.on_step = [&](const StepRecord& record) { steps.push_back(record); };
  const auto result = train_segmenter(o, {}, observers, jcs::no_progress(), {});
  ASSERT_EQ(result.epochs.size(), 5u);
  ASSERT_EQ(steps.front().losses.size(), GetParam().losses);
  EXPECT_LT(result.epochs.back().loss, 0.9 * result.epochs.front().loss);
  for (const auto& [name, score] : result.epochs.back().scores) {
    EXPECT_TRUE(!score || std::isfinite(*score)) << name;
  }
  auto loaded = jcs::weights::load_segmenter(dir_ / "seg" / "best.safetensors");
  EXPECT_EQ(loaded.card.segmenter, SegmenterOptions::baseline(GetParam().architecture, 8));
  EXPECT_EQ(loaded.card.preprocessing, o.preprocessing);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(loaded.net->probability(torch::rand({1, 3, 40, 40})).isfinite().all().item<bool>());
  EXPECT_TRUE(std::filesystem::exists(dir_ / "seg" / "samples.png"));
}

TEST_P(BaselineTrainer, PartsOfABatchAddUpToIt) {
  auto o = options("whole");
  o.run.iterations = 2;
  const auto whole = train_segmenter(o, {}, {}, jcs::no_progress(), {});
  o.run.folder = dir_ / "parts";
  o.run.accumulate = 2;
  const auto parts = train_segmenter(o, {}, {}, jcs::no_progress(), {});
  // U-Net's Dice over parts that follow one another is the mean of theirs.
  const double tolerance = GetParam().architecture == Architecture::kUnet ? 2e-2 : 1e-4;
  EXPECT_NEAR(whole.epochs.front().loss / parts.epochs.front().loss, 1.0, tolerance);
}

TEST_P(BaselineTrainer, WithoutDeepSupervisionThePredictionLearns) {
  auto o = options("seg");
  o.deep_supervision = false;
  o.run.iterations = 1;
  o.run.precision = Precision::kBf16;
  o.run.channels_last = true;
  std::vector<StepRecord> steps;
  Observers observers;
  observers.on_step = [&](const StepRecord& record) { steps.push_back(record); };
  train_segmenter(o, {}, observers, jcs::no_progress(), {});
  EXPECT_EQ(steps.front().losses.size(), GetParam().architecture == Architecture::kDss ? 4u : 1u);
  EXPECT_TRUE(std::isfinite(steps.front().losses.front()));
}

TEST_P(BaselineTrainer, RefusesWhatMeansNothingToIt) {
  const auto line = [&](auto change) {
    auto o = options("seg");
    change(o);
    return error_line<jcs::UsageError>([&] { check(o); });
  };
  using Options = SegmenterTrainingOptions;
  const std::string no_classifier = "takes no features of a classifier";
  EXPECT_NE(line([](Options& o) {
              o.network.fusion = SegmenterOptions::Fusion::kRelease;
            }).find(no_classifier),
            std::string::npos);
  EXPECT_NE(line([](Options& o) { o.fused_classifier.frozen = true; }).find(no_classifier),
            std::string::npos);
  auto o = options("seg");
  o.dice = DiceReading::kPaper;
  if (GetParam().architecture == Architecture::kUnet) {
    EXPECT_NO_THROW(check(o));
  } else {
    EXPECT_NE(error_line<jcs::UsageError>([&] { check(o); }).find("learns without a Dice loss"),
              std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(All, BaselineTrainer,
                         testing::Values(Baseline{Architecture::kUnet, "unet", 1},
                                         Baseline{Architecture::kDss, "dss", 7},
                                         Baseline{Architecture::kEgnet, "egnet", 10},
                                         Baseline{Architecture::kPoolnet, "poolnet", 1}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
