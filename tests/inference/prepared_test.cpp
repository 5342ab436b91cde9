// What preparing may change: rounding. Every architecture is held to it, with slices of odd sizes.
#include <optional>

#include <gtest/gtest.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/inference/classifier_runner.hpp"
#include "jcs/inference/segmenter_runner.hpp"
#include "jcs/kernels/instruction_set.hpp"
#include "jcs/models/segmentation_network.hpp"

#include "inference/has_bf16.hpp"
#include "inference/trace.hpp"
#include "inference/twins.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace jcs::inference {
namespace {

using models::ClassifierOptions;
using models::Res2NetOptions;
using models::SegmenterOptions;

RunnerOptions on_two_threads(Precision precision) {
  return {.device = {Device::Kind::kCpu, 0}, .threads = 2, .precision = precision};
}

bool has_amx() { return kernels::widest_instruction_set() == kernels::InstructionSet::kAmx; }

/// Weights as training leaves them: batch norms with statistics of their own.
void unsettle(torch::nn::Module& network) {
  const torch::NoGradGuard no_grad;
  const auto each = [](auto named) {
    for (auto& item : named) {
      const std::string& name = item.key();
      if (name.ends_with("running_var")) item.value().uniform_(0.5, 2.0);
      if (name.ends_with("running_mean")) item.value().uniform_(-0.2, 0.2);
      if (name.ends_with("bias")) item.value().uniform_(-0.1, 0.1);
    }
  };
  each(network.named_parameters());
  each(network.named_buffers());
}

double change(const torch::Tensor& got, const torch::Tensor& expected) {
  return (got - expected).abs().max().item<double>();
}

struct Form {
  std::string name;
  SegmenterOptions options;

  friend void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }
};

SegmenterOptions narrow(SegmenterOptions options, int width = 16) {
  options.encoder.width = width;
  options.classifier.planes = 8;
  options.classifier.layers = {1, 2, 1, 1};
  return options;
}

std::vector<Form> forms() {
  std::vector<Form> all = {{"Release", narrow(SegmenterOptions::release())},
                           {"Paper", narrow(SegmenterOptions::paper(), 12)},
                           {"Compact", SegmenterOptions::compact()},
                           {"JointRelease", narrow(SegmenterOptions::joint_release())}};
  SegmenterOptions form = narrow(SegmenterOptions::paper());
  form.fusion = SegmenterOptions::Fusion::kPaper;
  all.push_back({"JointPaper", form});
  form = narrow(SegmenterOptions::paper());
  form.efm = false;
  all.push_back({"WithoutEfm", form});
  form.aff = false;
  all.push_back({"Plain", form});
  using Architecture = SegmenterOptions::Architecture;
  for (const auto& [name, architecture] : {std::pair{"Unet", Architecture::kUnet},
                                           {"Dss", Architecture::kDss},
                                           {"Egnet", Architecture::kEgnet},
                                           {"Poolnet", Architecture::kPoolnet}}) {
    all.push_back({name, SegmenterOptions::baseline(architecture, 8)});
  }
  return all;
}

class PreparedSegmenter : public testing::TestWithParam<Form> {
 protected:
  PreparedSegmenter() {
    torch::manual_seed(11);
    network_ = models::make_segmentation_network(GetParam().options);
    unsettle(*network_);
    network_->eval();
    file_ = test::save_segmenter(dir_ / "seg.safetensors", *network_);
  }

  test::TempDir dir_;
  models::SegmentationNetwork network_{nullptr};
  std::filesystem::path file_;
};

TEST_P(PreparedSegmenter, AgreesWithPlain) {
  const torch::NoGradGuard no_grad;
  SegmenterRunner runner(file_, on_two_threads(Precision::kFp32));
  EXPECT_EQ(runner.precision(), Precision::kFp32);
  for (const auto& [pictures, height, width] :
       {std::tuple{1, 64, 64}, {2, 97, 75}, {1, 33, 130}, {3, 64, 64}, {1, 64, 64}}) {
    SCOPED_TRACE(std::to_string(height) + "x" + std::to_string(width));
    const auto x = torch::randn({pictures, 3, height, width});
    EXPECT_LT(change(runner.probabilities(x), network_->probability(x)), 1e-4);
  }
}

// Threads have a slice each, and all of them one that is left over.
TEST_P(PreparedSegmenter, ASlicesMapIsTheSameWhateverElseIsInTheBatch) {
  const torch::NoGradGuard no_grad;
  RunnerOptions options = on_two_threads(Precision::kFp32);
  EXPECT_EQ(SegmenterRunner(file_, options).batch_size(), 2);
  SegmenterRunner runner(file_, options);
  const auto x = torch::randn({5, 3, 64, 72});
  const auto maps = runner.probabilities(x);
  EXPECT_LT(change(maps, network_->probability(x)), 1e-4);
  options.threads = 1;
  SegmenterRunner alone(file_, options);
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    // Beyond rounding: LibTorch's own operations may sum up in another order.
    EXPECT_LT(change(alone.probabilities(x.narrow(0, i, 1)), maps.narrow(0, i, 1)), 1e-5) << i;
  }
}

TEST_P(PreparedSegmenter, AgreesWithPlainInTheFastestNumbers) {
  const torch::NoGradGuard no_grad;
  SegmenterRunner runner(file_, on_two_threads(Precision::kAuto));
  EXPECT_EQ(runner.precision(), has_amx() ? Precision::kBf16x3 : Precision::kFp32);
  for (const auto& [pictures, height, width] : {std::tuple{1, 64, 64}, {2, 97, 75}}) {
    const auto x = torch::randn({pictures, 3, height, width});
    EXPECT_LT(change(runner.probabilities(x), network_->probability(x)), 5e-4);
  }
}

TEST_P(PreparedSegmenter, ChangesLittleInBf16) {
  if (!has_bf16()) GTEST_SKIP() << "the processor lacks AVX-512";
  const torch::NoGradGuard no_grad;
  SegmenterRunner runner(file_, on_two_threads(Precision::kBf16));
  EXPECT_EQ(runner.precision(), Precision::kBf16);
  const auto x = torch::randn({2, 3, 97, 75});
  const auto maps = runner.probabilities(x);
  EXPECT_EQ(maps.scalar_type(), torch::kFloat);
  EXPECT_LT(change(maps, network_->probability(x)), 0.02);
}

// The way of GPUs: LibTorch's convolutions of the device. Without oneDNN a CPU goes it too.
TEST_P(PreparedSegmenter, AgreesOnTheWayOfOtherDevices) {
  const torch::NoGradGuard no_grad;
  const auto x = torch::randn({1, 3, 64, 75});
  const auto plain = network_->probability(x);
  at::globalContext().setUserEnabledMkldnn(false);
  SegmenterRunner fine(file_, on_two_threads(Precision::kFp32));
  const auto maps = fine.probabilities(x);
  std::optional<at::Tensor> coarse_maps;
  if (has_bf16()) {
    coarse_maps = SegmenterRunner(file_, on_two_threads(Precision::kBf16)).probabilities(x);
  }
  at::globalContext().setUserEnabledMkldnn(true);
  EXPECT_LT(change(maps, plain), 1e-4);
  if (coarse_maps) {
    EXPECT_LT(change(*coarse_maps, plain), 0.02);
  }
}

// Such a tensor would lie on a CPU beside maps on a GPU.
TEST_P(PreparedSegmenter, ItsOperationsTakeNoTensorButWeightsAndMaps) {
  const Twin twin = twin_of(GetParam().options);
  const Trace traced = trace(*twin.network, twin.run, {1, 3, 64, 64});
  for (const torch::jit::Node* node : traced.graph->nodes()) {
    for (const torch::jit::Value* made : node->outputs()) {
      EXPECT_FALSE(node->kind() == torch::jit::prim::Constant &&
                   made->type()->kind() == c10::TypeKind::TensorType)
          << *node;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, PreparedSegmenter, testing::ValuesIn(forms()),
                         [](const auto& info) { return info.param.name; });

struct Backbone {
  std::string name;
  ClassifierOptions options;

  friend void PrintTo(const Backbone& backbone, std::ostream* out) { *out << backbone.name; }
};

std::vector<Backbone> backbones() {
  ClassifierOptions frozen = ClassifierOptions::release(), v1 = ClassifierOptions::paper();
  frozen.backbone.planes = v1.backbone.planes = 8;
  frozen.backbone.layers = v1.backbone.layers = {2, 2, 1, 1};
  ClassifierOptions thin = ClassifierOptions::compact();
  thin.backbone.base_width = 3;
  thin.backbone.planes = 24;
  return {{"V1bFrozen", frozen},
          {"V1", v1},
          {"Compact", ClassifierOptions::compact()},
          {"ThinParts", thin}};
}

class PreparedClassifier : public testing::TestWithParam<Backbone> {};

TEST_P(PreparedClassifier, AgreesWithPlain) {
  const torch::NoGradGuard no_grad;
  const test::TempDir dir;
  torch::manual_seed(12);
  models::Classifier network(GetParam().options);
  unsettle(*network);
  network->eval();
  const auto file = test::save(dir / "cls.safetensors", network);
  ClassifierRunner runner(file, on_two_threads(Precision::kFp32));
  ClassifierRunner fastest(file, on_two_threads(Precision::kAuto));
  std::optional<ClassifierRunner> coarse;
  if (has_bf16()) coarse.emplace(file, on_two_threads(Precision::kBf16));
  for (const auto& [pictures, height, width] :
       {std::tuple{1, 64, 64}, {5, 63, 71}, {2, 224, 224}}) {
    SCOPED_TRACE(std::to_string(height) + "x" + std::to_string(width));
    const auto x = torch::randn({pictures, 3, height, width});
    const auto plain = network->forward(x);
    EXPECT_LT(change(runner.logits(x).softmax(1), plain.softmax(1)), 1e-4);
    EXPECT_LT(change(fastest.logits(x).softmax(1), plain.softmax(1)), 5e-4);
    if (coarse) {
      EXPECT_LT(change(coarse->logits(x).softmax(1), plain.softmax(1)), 0.02);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backbones, PreparedClassifier, testing::ValuesIn(backbones()),
                         [](const auto& info) { return info.param.name; });

TEST(PreparedNetwork, SplitsProductsOnlyWhereThereIsAmx) {
  const test::TempDir dir;
  const auto file = test::save(dir / "seg.safetensors", test::tiny_segmenter());
  if (has_amx()) {
    EXPECT_EQ(SegmenterRunner(file, on_two_threads(Precision::kBf16x3)).precision(),
              Precision::kBf16x3);
  } else {
    EXPECT_THROW(SegmenterRunner(file, on_two_threads(Precision::kBf16x3)), UsageError);
  }
}

TEST(PreparedNetwork, RemembersOnlySomeShapes) {
  const torch::NoGradGuard no_grad;
  const test::TempDir dir;
  models::Segmenter network = test::tiny_segmenter();
  SegmenterRunner runner(test::save(dir / "seg.safetensors", network),
                         on_two_threads(Precision::kFp32));
  for (std::int64_t width = 40; width < 62; ++width) {
    const auto x = torch::randn({1, 3, 40, width});
    EXPECT_LT(change(runner.probabilities(x), network->probability(x)), 1e-4);
  }
}

}  // namespace
}  // namespace jcs::inference
