#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/file_stream.hpp"
#include "jcs/training/classifier_trainer.hpp"
#include "jcs/training/segmenter_trainer.hpp"
#include "jcs/weights/model_file.hpp"

#include "data/picture_set.hpp"
#include "data/stage_one_files.hpp"
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

// What run.best_by may name is said before the first step; a validation gives these very figures.
TEST_F(TrainerTest, FiguresThatChooseTheBestAreThoseOfAValidation) {
  const auto offered = [](const Scores& scores) {
    std::string names;
    for (const auto& [name, value] : scores) names += (names.empty() ? "" : ", ") + name;
    return "expected one of " + names + ", got 'none'";
  };
  auto seg = options<SegmenterTrainingOptions>("seg");
  seg.run.epochs = 1;
  const auto segmenter = train_segmenter(seg, {}, {}, jcs::no_progress(), {});
  seg.run.best_by = "none";
  EXPECT_NE(error_line<jcs::UsageError>([&] {
              train_segmenter(seg, {}, {}, jcs::no_progress(), {});
            }).find(offered(segmenter.epochs[0].scores)),
            std::string::npos);
  auto cls = options<ClassifierTrainingOptions>("cls");
  cls.run.epochs = 1;
  const auto classifier = train_classifier(cls, {}, {}, jcs::no_progress(), {});
  cls.run.best_by = "none";
  EXPECT_NE(error_line<jcs::UsageError>([&] {
              train_classifier(cls, {}, {}, jcs::no_progress(), {});
            }).find(offered(classifier.epochs[0].scores)),
            std::string::npos);
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
  EXPECT_NE(line.find("too: patient 'p0' (expected patients and pictures on one side only; "
                      "data.allow_overlap: true goes on knowingly, got 8 patients and 16 pictures "
                      "on both)"),
            std::string::npos)
      << line;
  EXPECT_FALSE(fs::exists(dir_ / "cls"));
  o.data.allow_overlap = true;
  o.run.epochs = 1;
  train_classifier(o, {}, {}, jcs::no_progress(), {});
  EXPECT_TRUE(fs::exists(dir_ / "cls" / "final.safetensors"));
}

TEST_F(TrainerTest, RefusesToLearnOneClassAlone) {
  auto o = options<ClassifierTrainingOptions>("cls");
  std::ofstream(train_.path() / "ones.csv") << "image,label,patient\n1.png,1,p0\n3.png,1,p1\n";
  o.data.train = train_.path() / "ones.csv";
  const std::string line =
      error_line<jcs::InputError>([&] { train_classifier(o, {}, {}, jcs::no_progress(), {}); });
  EXPECT_NE(line.find("ones.csv: no slice has label 0"), std::string::npos) << line;
}

TEST_F(TrainerTest, RefusesAValidationThatCannotChoose) {
  const auto list = [&](const char* name, const char* rows) {
    std::ofstream(validation_.path() / name) << "image,mask,label,patient\n" << rows;
    return validation_.path() / name;
  };
  auto o = options<ClassifierTrainingOptions>("cls");
  o.run.epochs = 1;
  const auto refusal = [&] {
    return error_line<jcs::InputError>(
        [&] { train_classifier(o, {}, {}, jcs::no_progress(), {}); });
  };
  o.data.validation = list("zeros.csv", "0.png,,0,q0\n2.png,,0,q1\n");
  EXPECT_NE(refusal().find("zeros.csv: no slice has label 1, without which balanced_accuracy"),
            std::string::npos);
  o.run.best_by = "sensitivity";
  EXPECT_NE(refusal().find("without which sensitivity"), std::string::npos);
  EXPECT_FALSE(fs::exists(dir_ / "cls"));
  o.run.best_by = "specificity";
  EXPECT_EQ(train_classifier(o, {}, {}, jcs::no_progress(), {}).best_epoch, 1);
  auto s = options<SegmenterTrainingOptions>("seg");
  s.data.validation = o.data.validation;
  s.data.clean_slices = true;
  EXPECT_NE(error_line<jcs::InputError>([&] {
              train_segmenter(s, {}, {}, jcs::no_progress(), {});
            }).find("zeros.csv: no slice has a mask, without which dice"),
            std::string::npos);
}

TEST_F(TrainerTest, MapSupervisionNeedsAnnotations) {
  auto o = options<ClassifierTrainingOptions>("cls");
  std::ofstream(train_.path() / "bare.csv") << "image,label\n0.png,0\n1.png,1\n";
  o.data.train = train_.path() / "bare.csv";
  o.map_supervision.weight = 1;
  EXPECT_NE(error_line<jcs::InputError>([&] {
              train_classifier(o, {}, {}, jcs::no_progress(), {});
            }).find("bare.csv: no positive slice has a mask"),
            std::string::npos);
}

TEST_F(TrainerTest, TheCardTellsWhatWasLearnedFromAndWhatWasNot) {
  auto o = options<SegmenterTrainingOptions>("seg");
  o.run.epochs = 1;
  std::ofstream list(train_.path() / "half.csv");
  list << "image,mask,label,patient\n";
  for (int i = 0; i < 16; ++i) {
    list << i << ".png," << (i % 2 == 1 ? "mask_" + std::to_string(i) + ".png" : "") << "," << i % 2
         << ",p" << i / 2 << "\n";
  }
  list.close();
  o.data.train = train_.path() / "half.csv";
  train_segmenter(o, {}, {}, jcs::no_progress(), {});
  const std::string card = jcs::read_file(dir_ / "seg" / "model_card.md");
  EXPECT_NE(card.find("learned from: 8 slices (8 positive, 0 negative, 8 annotated)"),
            std::string::npos)
      << card;
  EXPECT_NE(card.find("8 other rows of the list left out"), std::string::npos) << card;
}

TEST_F(TrainerTest, MixupAndMapSupervisionLearnToo) {
  auto o = options<ClassifierTrainingOptions>("cls");
  o.mixup.alpha = 0.5;
  o.map_supervision.weight = 100;
  o.data.cache = dir_ / "cache";
  std::vector<StepRecord> steps;
  Observers observers;
  observers.on_step = [&](const StepRecord& record) { steps.push_back(record); };
  const auto result = train_classifier(o, {}, observers, jcs::no_progress(), {});
  ASSERT_EQ(steps.front().losses.size(), 2u);
  EXPECT_GT(steps.front().losses[1], 0);
  EXPECT_EQ(result.epochs.front().scores.back().first, "map_inside");
  EXPECT_FALSE(fs::is_empty(dir_ / "cache"));
}

// The network that learns is fused with a classifier whose weights stay as they are.
TEST_F(TrainerTest, AFrozenFusedClassifierStaysAsItWas) {
  auto c = options<ClassifierTrainingOptions>("cls");
  c.run.epochs = 1;
  train_classifier(c, {}, {}, jcs::no_progress(), {});
  auto o = options<SegmenterTrainingOptions>("seg");
  o.run.epochs = 1;
  o.network.fusion = jcs::models::SegmenterOptions::Fusion::kPaper;
  o.network.classifier = c.network.backbone;
  o.fused_classifier = {dir_ / "cls" / "final.safetensors", true};
  train_segmenter(o, {}, {}, jcs::no_progress(), {});
  const auto before = jcs::weights::read_tensors(o.fused_classifier.weights);
  const auto after = jcs::weights::read_tensors(dir_ / "seg" / "final.safetensors");
  int compared = 0;
  for (const auto& [name, tensor] : before.tensors) {
    if (const torch::Tensor* found = after.tensors.find("res2net." + name)) {
      EXPECT_TRUE(torch::equal(tensor, *found)) << name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 50);
  o.network.fusion = jcs::models::SegmenterOptions::Fusion::kNone;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(o); }).find("no classifier is fused"),
            std::string::npos);
}

// Stage-1 features in place of pictures, as COVID-CS publishes them.
TEST_F(TrainerTest, LearnsFromStageOneFeatures) {
  const auto write_set = [&](const char* name, int from, int count) {
    std::ofstream csv(dir_ / name);
    csv << "image,mask\n";
    for (int i = from; i < from + count; ++i) {
      const std::string stem = std::to_string(i);
      jcs::test::write_features(dir_ / (stem + ".mat"), 32, 48, static_cast<unsigned>(i));
      cv::imwrite((dir_ / (stem + ".png")).string(), cv::Mat(32, 48, CV_8UC1, cv::Scalar(i % 2)));
      csv << stem << ".mat," << stem << ".png\n";
    }
    return dir_ / name;
  };
  auto o = options<SegmenterTrainingOptions>("seg");
  o.run.epochs = 1;
  o.data.train = write_set("train.csv", 0, 8);
  o.data.validation = write_set("val.csv", 8, 3);
  o.network = jcs::models::SegmenterOptions::joint_paper();
  o.network.classifier = jcs::models::Res2NetOptions::v1b({1, 1, 1, 1});
  const auto result = train_segmenter(o, {}, {}, jcs::no_progress(), {});
  EXPECT_TRUE(std::isfinite(result.epochs.front().loss));
  EXPECT_TRUE(result.epochs.front().scores.front().second.has_value());
  o.run.folder = dir_ / "other";
  o.network.fusion = jcs::models::SegmenterOptions::Fusion::kNone;
  EXPECT_NE(error_line<jcs::UsageError>([&] {
              train_segmenter(o, {}, {}, jcs::no_progress(), {});
            }).find("stage-1 features are for a segmenter that is fused"),
            std::string::npos);
  o.network.fusion = jcs::models::SegmenterOptions::Fusion::kPaper;
  o.augmentation.rotation = 5;
  EXPECT_NE(error_line<jcs::UsageError>([&] {
              train_segmenter(o, {}, {}, jcs::no_progress(), {});
            }).find("stage-1 features can be flipped but not changed otherwise"),
            std::string::npos);
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
  o.preprocessing.resize = 16;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(o); }).find("preprocessing.resize: slices are"),
            std::string::npos);
  o = options<SegmenterTrainingOptions>("seg");
  o.network.fusion = jcs::models::SegmenterOptions::Fusion::kPaper;
  o.fused_classifier.frozen = true;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(o); }).find("random weights would be frozen"),
            std::string::npos);
  auto c = options<ClassifierTrainingOptions>("cls");
  c.augmentation.random_crop = true;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(c); }).find("a random crop needs a size"),
            std::string::npos);
  c = options<ClassifierTrainingOptions>("cls");
  c.network.classes = 3;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(c); }).find("network.classes: slices are"),
            std::string::npos);
  c = options<ClassifierTrainingOptions>("cls");
  c.data.clean_slices = true;
  EXPECT_NE(error_line<jcs::UsageError>([&] { check(c); }).find("data.clean_slices"),
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
