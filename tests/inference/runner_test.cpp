#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/inference/classifier_runner.hpp"
#include "jcs/inference/segmenter_runner.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace jcs::inference {
namespace {

using testing::HasSubstr;

RunnerOptions in_fp32(int threads = 0, int batch_size = 0) {
  return {.device = {Device::Kind::kCpu, 0},
          .threads = threads,
          .batch_size = batch_size,
          .precision = Precision::kFp32};
}

/// Largest difference, as a share of the largest value of `expected`.
double difference(const torch::Tensor& got, const torch::Tensor& expected) {
  return ((got - expected).abs().max() / expected.abs().max()).item<double>();
}

class Runner : public testing::Test {
 protected:
  test::TempDir dir_;
};

TEST_F(Runner, AnswersAsTheNetworkInTheFileDoes) {
  models::Classifier classifier = test::tiny_classifier();
  models::Segmenter segmenter = test::tiny_segmenter();
  ClassifierRunner classifies(test::save(dir_ / "cls.safetensors", classifier), in_fp32());
  SegmenterRunner segments(test::save(dir_ / "seg.safetensors", segmenter), in_fp32());

  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({3, 3, 70, 90});
  EXPECT_LT(difference(classifies.logits(x), classifier->forward(x)), 1e-5);
  const torch::Tensor maps = segments.probabilities(x);
  EXPECT_EQ(maps.sizes(), (std::vector<std::int64_t>{3, 1, 70, 90}));
  EXPECT_LT(difference(maps, segmenter->forward(x).narrow(1, 0, 1).sigmoid()), 1e-5);
}

TEST_F(Runner, FusedSegmentersRunToo) {
  models::Segmenter segmenter = test::tiny_segmenter(1, true);
  SegmenterRunner runner(test::save(dir_ / "joint.safetensors", segmenter), in_fp32());
  EXPECT_TRUE(runner.fused());
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({1, 3, 64, 96});
  EXPECT_LT(difference(runner.probabilities(x), segmenter->forward(x).narrow(1, 0, 1).sigmoid()),
            1e-5);
}

TEST_F(Runner, TheNetworksOfTableVIIRunToo) {
  using Architecture = models::SegmenterOptions::Architecture;
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::randn({2, 3, 64, 97});
  for (const auto architecture :
       {Architecture::kUnet, Architecture::kDss, Architecture::kEgnet, Architecture::kPoolnet}) {
    SCOPED_TRACE(models::title(architecture));
    auto network = test::tiny_baseline(architecture);
    SegmenterRunner runner(test::save_segmenter(dir_ / "seg.safetensors", *network), in_fp32());
    EXPECT_FALSE(runner.fused());
    const torch::Tensor maps = runner.probabilities(x);
    EXPECT_EQ(maps.sizes(), (std::vector<std::int64_t>{2, 1, 64, 97}));
    EXPECT_LT(difference(maps, network->probability(x)), 1e-5);
  }
}

TEST_F(Runner, NeitherBatchNorThreadsChangeWhatASliceGets) {
  const auto cls = test::save(dir_ / "cls.safetensors", test::tiny_classifier());
  const auto seg = test::save(dir_ / "seg.safetensors", test::tiny_segmenter());
  const torch::Tensor x = torch::randn({5, 3, 64, 64});
  ClassifierRunner one_thread(cls, in_fp32(1));
  SegmenterRunner segments_alone(seg, in_fp32(1));
  std::vector<torch::Tensor> logits, maps;
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    logits.push_back(one_thread.logits(x.narrow(0, i, 1)));
    maps.push_back(segments_alone.probabilities(x.narrow(0, i, 1)));
  }
  ClassifierRunner two_threads(cls, in_fp32(2));
  SegmenterRunner segments_two(seg, in_fp32(2));
  EXPECT_LT(difference(two_threads.logits(x), torch::cat(logits)), 1e-5);
  EXPECT_LT(difference(segments_two.probabilities(x), torch::cat(maps)), 1e-5);
}

TEST_F(Runner, TellsWhereItsWeightsComeFrom) {
  const auto file = test::save(dir_ / "cls.safetensors", test::tiny_classifier());
  const ClassifierRunner runner(file, in_fp32(0, 7));
  EXPECT_EQ(runner.file(), file.string());
  EXPECT_EQ(runner.sha256(), sha256_file(file));
  EXPECT_EQ(runner.card().preprocessing.crop, 32);
  EXPECT_EQ(runner.batch_size(), 7);
  EXPECT_GT(ClassifierRunner(file, in_fp32()).batch_size(), 0);
}

TEST_F(Runner, RefusesWeightsOfTheOtherNetwork) {
  const auto cls = test::save(dir_ / "cls.safetensors", test::tiny_classifier());
  const auto seg = test::save(dir_ / "seg.safetensors", test::tiny_segmenter());
  EXPECT_THAT(test::error_line<WeightsError>([&] { ClassifierRunner(seg, in_fp32()); }),
              HasSubstr("seg.safetensors"));
  EXPECT_THAT(test::error_line<WeightsError>([&] { SegmenterRunner(cls, in_fp32()); }),
              HasSubstr("cls.safetensors"));
}

TEST_F(Runner, RefusesClassifiersOfOtherThings) {
  models::ClassifierOptions options = test::tiny_classifier()->options();
  options.classes = 3;
  const auto file = test::save(dir_ / "three.safetensors", models::Classifier(options));
  EXPECT_THAT(test::error_line<WeightsError>([&] { ClassifierRunner(file, in_fp32()); }),
              HasSubstr("got 3"));
}

TEST_F(Runner, RefusesADeviceThatIsNotThere) {
  const auto file = test::save(dir_ / "cls.safetensors", test::tiny_classifier());
  RunnerOptions far;
  far.device = {Device::Kind::kCuda, 99};
  EXPECT_THAT(test::error_line<UsageError>([&] { ClassifierRunner(file, far); }),
              HasSubstr("cuda:99"));
}

}  // namespace
}  // namespace jcs::inference
