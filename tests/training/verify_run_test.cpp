#include "jcs/training/verify_run.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/training/classifier_trainer.hpp"
#include "jcs/training/segmenter_trainer.hpp"

#include "data/picture_set.hpp"
#include "support/error_line.hpp"
#include "support/process.hpp"

namespace {

using jcs::test::content_of;
using jcs::test::PictureSet;
using namespace jcs::training;
using testing::HasSubstr;

class VerifyRunTest : public testing::Test {
 protected:
  VerifyRunTest() : train_(12), validation_(4, 32, 32, "q") {}
  template <class Options>
  Options options() {
    Options o;
    o.network = decltype(o.network)::compact();
    o.run.folder = dir_ / "run";
    o.run.epochs = 2;
    o.run.batch_size = 4;
    o.run.device = "cpu";
    o.run.threads = 1;
    o.data.train = train_.manifest();
    o.data.validation = validation_.manifest();
    o.preprocessing.resize = 32;
    o.preprocessing.crop = 0;
    return o;
  }
  template <class Options>
  std::vector<VerifiedFigure> verified(const Options& o) {
    return verify_run(o, dir_ / "run", jcs::no_progress(), {});
  }
  template <class Options>
  std::string refusal(const Options& o) {
    return jcs::test::error_line<jcs::InputError>([&] { verified(o); });
  }
  jcs::test::TempDir dir_;
  PictureSet train_, validation_;
};

TEST_F(VerifyRunTest, MeasuresWhatTheSegmentersRunRecorded) {
  const auto o = options<SegmenterTrainingOptions>();
  train_segmenter(o, {}, {}, jcs::no_progress(), {});
  // On any device fp32 is fp32.
  EXPECT_FALSE(at::globalContext().allowTF32CuDNN());
  EXPECT_FALSE(at::globalContext().allowTF32CuBLAS());
  const auto figures = verified(o);
  ASSERT_EQ(figures.size(), 7u);
  EXPECT_EQ(figures.front().name, "dice");
  for (const VerifiedFigure& figure : figures) {
    EXPECT_TRUE(figure.recorded.has_value()) << figure.name;
    EXPECT_LT(figure.difference(), 1e-9) << figure.name;
  }
}

TEST_F(VerifyRunTest, MeasuresWhatTheClassifiersRunRecorded) {
  const auto o = options<ClassifierTrainingOptions>();
  train_classifier(o, {}, {}, jcs::no_progress(), {});
  for (const VerifiedFigure& figure : verified(o)) {
    EXPECT_LT(figure.difference(), 1e-9) << figure.name;
  }
  EXPECT_THAT(content_of(dir_ / "run" / "model_card.md"),
              HasSubstr("Intervals come from resampling patients"));
}

TEST_F(VerifyRunTest, TheModelCardSaysWhatItIsAndWhatNot) {
  train_segmenter(options<SegmenterTrainingOptions>(), {}, {}, jcs::no_progress(), {});
  const std::string card = content_of(dir_ / "run" / "model_card.md");
  EXPECT_THAT(card, testing::StartsWith("# Opacity segmenter (JCS)"));
  EXPECT_THAT(card, HasSubstr("12 slices (6 positive, 6 negative, 12 annotated) of 6 patients"));
  EXPECT_THAT(card, HasSubstr("| dice | 0."));
  EXPECT_THAT(card, HasSubstr(" .. "));
  EXPECT_THAT(card, HasSubstr("What it must not be used for"));
}

TEST_F(VerifyRunTest, NoticesOtherDataAndOtherWeights) {
  const auto o = options<SegmenterTrainingOptions>();
  train_segmenter(o, {}, {}, jcs::no_progress(), {});
  auto other = o;
  other.data.validation = train_.manifest();
  EXPECT_THAT(refusal(other), HasSubstr("the data are not what the run recorded"));
  // A picture that changed in place.
  std::filesystem::copy_file(validation_.path() / "1.png", validation_.path() / "0.png",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(refusal(o), HasSubstr("the data are not what the run recorded"));
  std::filesystem::copy_file(dir_ / "run/last.ckpt", dir_ / "run/best.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(refusal(o), HasSubstr("the weights are not what the run recorded"));
  std::ofstream(dir_ / "run/run.json") << "{}";
  EXPECT_THAT(refusal(o), HasSubstr("no record of a training run"));
}

}  // namespace
