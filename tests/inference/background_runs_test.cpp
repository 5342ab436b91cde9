#include "inference/background_runs.hpp"

#include <ATen/record_function.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "jcs/inference/classifier_runner.hpp"
#include "jcs/inference/segmenter_runner.hpp"

#include "inference/has_bf16.hpp"
#include "inference/twins.hpp"
#include "support/temp_dir.hpp"
#include "support/tiny_models.hpp"

namespace jcs::inference {
namespace {

RunnerOptions on_one_thread(Precision precision = Precision::kFp32) {
  return {.device = {Device::Kind::kCpu, 0}, .threads = 1, .precision = precision};
}

at::Tensor random_grey(at::IntArrayRef size) { return torch::randint(0, 256, size, torch::kByte); }

at::Tensor normalised(const at::Tensor& grey, const Preprocessing& preprocessing) {
  Memory memory(torch::kCPU);
  return GreyValues(preprocessing, torch::kCPU).normalised(grey, memory);
}

TEST(GreyValues, AreNormalisedChannelByChannel) {
  Preprocessing preprocessing;
  preprocessing.mean = {0.1, 0.2, 0.3};
  preprocessing.std = {0.5, 0.25, 0.125};
  const at::Tensor grey = torch::arange(256, torch::kByte).view({1, 16, 16});
  const at::Tensor x = normalised(grey, preprocessing);
  EXPECT_EQ(x.sizes(), (std::vector<std::int64_t>{1, 3, 16, 16}));
  EXPECT_TRUE(x.is_contiguous(torch::MemoryFormat::ChannelsLast));
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    const auto at = static_cast<std::size_t>(channel);
    const at::Tensor expected =
        ((grey[0].to(torch::kDouble) / 255.0 - preprocessing.mean[at]) / preprocessing.std[at])
            .to(torch::kFloat);
    EXPECT_TRUE(x[0][channel].equal(expected));
  }
}

TEST(GreyValues, KeepSlicesRowsAndColumnsApart) {
  const at::Tensor grey = random_grey({3, 5, 7});
  const at::Tensor x = normalised(grey, {});
  const at::Tensor one = normalised(grey[1][4].narrow(0, 2, 1).view({1, 1, 1}), {});
  EXPECT_TRUE(x.index({1, torch::indexing::Slice(), 4, 2}).equal(one.flatten()));
  // In whatever order the values lie.
  EXPECT_TRUE(normalised(grey.transpose(1, 2), {}).equal(x.transpose(2, 3)));
}

TEST(BackgroundRuns, AnswerAsTheRunnersDo) {
  const test::TempDir dir;
  ClassifierRunner classifier(test::save(dir / "cls.safetensors", test::tiny_classifier()),
                              on_one_thread());
  SegmenterRunner segmenter(test::save(dir / "seg.safetensors", test::tiny_segmenter()),
                            on_one_thread());
  for (const int slices : {1, 3}) {
    const at::Tensor grey = random_grey({slices, 64, 70});
    EXPECT_TRUE(classifier.ask(grey)().equal(
        classifier.logits(normalised(grey, classifier.card().preprocessing))));
    EXPECT_TRUE(segmenter.ask(grey)().equal(
        segmenter.probabilities(normalised(grey, segmenter.card().preprocessing))));
  }
}

TEST(BackgroundRuns, AnswersMayBeTakenInAnyOrder) {
  const test::TempDir dir;
  SegmenterRunner runner(test::save(dir / "seg.safetensors", test::tiny_segmenter()),
                         on_one_thread());
  const at::Tensor a = random_grey({1, 64, 64}), b = random_grey({1, 64, 64});
  const PendingAnswer first = runner.ask(a), second = runner.ask(b);
  const at::Tensor answer = second();
  EXPECT_TRUE(answer.equal(runner.ask(b)()));
  EXPECT_TRUE(first().equal(runner.ask(a)()));
  EXPECT_FALSE(first().equal(answer));
}

TEST(BackgroundRuns, GiveMemoryForGreySlices) {
  const test::TempDir dir;
  SegmenterRunner runner(test::save(dir / "seg.safetensors", test::tiny_segmenter()),
                         on_one_thread());
  const at::Tensor grey = runner.grey_slices({2, 32, 40});
  EXPECT_EQ(grey.scalar_type(), torch::kByte);
  EXPECT_EQ(grey.sizes(), (std::vector<std::int64_t>{2, 32, 40}));
  EXPECT_FALSE(grey.is_pinned()) << "nothing is copied from a CPU's memory";
}

TEST(PreparedNetwork, Fp32IsNeverTf32) {
  at::globalContext().setAllowTF32CuDNN(true);
  make_target(on_one_thread());
  EXPECT_FALSE(at::globalContext().allowTF32CuDNN(at::Float32Op::CONV));
  EXPECT_FALSE(at::globalContext().allowTF32CuBLAS());
}

/// Casts of maps, by the type that they are cast to, while it lives. Means and products are left
/// out: on a CPU they cast what they are given, on a GPU they do so value by value.
class Casts {
 public:
  Casts() {
    noted() = {};
    const auto start = [](const at::RecordFunction& call) -> std::unique_ptr<at::ObserverContext> {
      Noted& all = noted();
      if (hides(call)) ++all.hidden;
      if (all.hidden == 0 && std::string(call.name()) == "aten::_to_copy") {
        const at::Tensor& maps = call.inputs()[0].toTensor();
        const c10::IValue& type = call.inputs()[1];
        if (maps.dim() == 4 && maps.size(2) * maps.size(3) > 1 && type.isInt()) {
          ++all.casts[type.toScalarType()];
        }
      }
      return nullptr;
    };
    const auto end = [](const at::RecordFunction& call, at::ObserverContext*) {
      if (hides(call)) --noted().hidden;
    };
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(start, end)
                                             .needsInputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }
  Casts(const Casts&) = delete;
  Casts& operator=(const Casts&) = delete;
  ~Casts() { at::removeCallback(handle_); }

  int operator[](torch::ScalarType type) { return noted().casts[type]; }

 private:
  struct Noted {
    int hidden = 0;
    std::map<torch::ScalarType, int> casts;
  };
  static bool hides(const at::RecordFunction& call) {
    const std::string name = call.name();
    return name == "aten::mean" || name == "aten::mul";
  }
  static Noted& noted() {
    static Noted all;
    return all;
  }
  at::CallbackHandle handle_ = 0;
};

// The way of GPUs: see AgreesOnTheWayOfOtherDevices.
TEST(PreparedNetwork, MapsInBf16StaySo) {
  if (!has_bf16()) GTEST_SKIP() << "the processor lacks AVX-512";
  const auto network = test::tiny_segmenter();
  at::globalContext().setUserEnabledMkldnn(false);
  PreparedNetwork prepared(tensors_of(*network), twin_of(network->options()),
                           make_target(on_one_thread(Precision::kBf16)));
  const at::Tensor x = torch::randn({1, 3, 64, 64}).contiguous(torch::MemoryFormat::ChannelsLast);
  prepared.run_there(x);
  Casts casts;
  prepared.run_there(x);
  at::globalContext().setUserEnabledMkldnn(true);
  EXPECT_EQ(casts[torch::kFloat], 1) << "the answer alone";
  // The first maps are fp32. Of three sizes the decoder has one of each, the encoder's next
  // convolution the last one, pooled.
  EXPECT_EQ(casts[torch::kBFloat16], 4);
}

// However many threads there are.
TEST(PreparedNetwork, ABatchTakesNoMoreMemoryThanItMay) {
  const auto network = test::tiny_segmenter();
  RunnerOptions options = on_one_thread();
  options.threads = 8;
  const Target target = make_target(options);
  const auto prepared = [&](std::size_t most_memory) {
    return PreparedNetwork(tensors_of(*network), twin_of(network->options()), target, most_memory);
  };
  const at::Tensor x = torch::randn({8, 3, 64, 64});
  PreparedNetwork one = prepared(PreparedNetwork::kMostMemory);
  one.run(x.narrow(0, 0, 1));
  PreparedNetwork least = prepared(1), some = prepared(3 * one.held()),
                  most = prepared(PreparedNetwork::kMostMemory);
  const at::Tensor answer = most.run(x);
  EXPECT_LT((least.run(x) - answer).abs().max().item<float>(), 1e-5F);
  EXPECT_LT((some.run(x) - answer).abs().max().item<float>(), 1e-5F);
  // Twice: what is kept for the next slice.
  EXPECT_LE(least.held(), 2 * one.held());
  EXPECT_LE(some.held(), 2 * 3 * one.held());
}

TEST(PreparedNetwork, CountsTheWorkOfASlice) {
  const auto network = test::tiny_segmenter();
  const auto work = [&](Precision precision, at::IntArrayRef size) {
    PreparedNetwork prepared(tensors_of(*network), twin_of(network->options()),
                             make_target(on_one_thread(precision)));
    return prepared.work(torch::zeros(size));
  };
  const Program::Work one = work(Precision::kFp32, {1, 3, 64, 64});
  EXPECT_EQ(work(Precision::kFp32, {5, 3, 64, 64}).operations, one.operations);
  EXPECT_EQ(work(Precision::kFp32, {1, 3, 128, 64}).operations, 2 * one.operations);
  EXPECT_EQ(work(Precision::kFp32, {1, 3, 128, 64}).bytes, 2 * one.bytes);
  // The first convolution alone has 2 · 8 · 3 · 9 operations a pixel.
  EXPECT_GT(one.operations, 2 * 8 * 3 * 9 * 64 * 64);
  if (!has_bf16()) return;
  const Program::Work coarse = work(Precision::kBf16, {1, 3, 64, 64});
  EXPECT_EQ(coarse.operations, one.operations);
  EXPECT_LT(coarse.bytes, one.bytes);
  EXPECT_GT(2 * coarse.bytes, one.bytes) << "the first maps stay fp32";
}

}  // namespace
}  // namespace jcs::inference
