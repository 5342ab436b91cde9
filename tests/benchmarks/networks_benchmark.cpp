// What preparing a network is worth, by precision. The baseline, "Plain", is the same
// network as LibTorch runs it by default: contiguous float32, no other settings.
#include <filesystem>
#include <optional>
#include <string>

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "jcs/core/cores.hpp"
#include "jcs/core/error.hpp"
#include "jcs/inference/classifier_runner.hpp"
#include "jcs/inference/segmenter_runner.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/weights/model_file.hpp"

namespace {

using jcs::inference::Precision;
using jcs::models::ClassifierOptions;
using jcs::models::SegmenterOptions;

std::filesystem::path weights_file(const torch::nn::Module& network,
                                   const jcs::weights::ModelCard& card) {
  const auto file = std::filesystem::temp_directory_path() / "jcs-benchmark.safetensors";
  jcs::weights::save_model(file, network, card);
  return file;
}

jcs::inference::RunnerOptions on_cpu(Precision precision) {
  return {.device = jcs::parse_device("cpu"), .precision = precision};
}

/// Nothing, and the reason told, where the processor lacks what the precision needs.
template <class Runner>
std::optional<Runner> runner(benchmark::State& state, const std::filesystem::path& weights,
                             Precision precision) {
  try {
    return Runner(weights, on_cpu(precision));
  } catch (const jcs::UsageError& error) {
    state.SkipWithError(error.what());
    return std::nullopt;
  }
}

void plain_classifier(benchmark::State& state, const ClassifierOptions& options,
                      std::int64_t slices) {
  const torch::InferenceMode inference;
  torch::set_num_threads(jcs::available_cores());
  jcs::models::Classifier network(options);
  network->eval();
  const auto input = torch::rand({slices, 3, 224, 224});
  benchmark::DoNotOptimize(network->forward(input));  // what is done once is not what is timed
  for (auto _ : state) {
    benchmark::DoNotOptimize(network->forward(input));
  }
}

void prepared_classifier(benchmark::State& state, const ClassifierOptions& options,
                         std::int64_t slices, Precision precision) {
  jcs::models::Classifier network(options);
  jcs::weights::ModelCard card;
  card.classifier = options;
  auto prepared =
      runner<jcs::inference::ClassifierRunner>(state, weights_file(*network, card), precision);
  if (!prepared) return;
  const auto input = torch::rand({slices, 3, 224, 224});
  benchmark::DoNotOptimize(prepared->logits(input));  // what is done once is not what is timed
  for (auto _ : state) {
    benchmark::DoNotOptimize(prepared->logits(input));
  }
}

void plain_segmenter(benchmark::State& state, const SegmenterOptions& options) {
  const torch::InferenceMode inference;
  torch::set_num_threads(jcs::available_cores());
  jcs::models::Segmenter network(options);
  network->eval();
  const auto input = torch::rand({1, 3, 512, 512});
  benchmark::DoNotOptimize(network->probability(input));  // what is done once is not what is timed
  for (auto _ : state) {
    benchmark::DoNotOptimize(network->probability(input));
  }
}

void prepared_segmenter(benchmark::State& state, const SegmenterOptions& options,
                        Precision precision) {
  jcs::models::Segmenter network(options);
  jcs::weights::ModelCard card;
  card.task = jcs::weights::Task::kSegmentation;
  card.segmenter = options;
  auto prepared =
      runner<jcs::inference::SegmenterRunner>(state, weights_file(*network, card), precision);
  if (!prepared) return;
  const auto input = torch::rand({1, 3, 512, 512});
  benchmark::DoNotOptimize(prepared->probabilities(input));  // what is done once is not timed
  for (auto _ : state) {
    benchmark::DoNotOptimize(prepared->probabilities(input));
  }
}

BENCHMARK_CAPTURE(plain_classifier, compact_16_slices, ClassifierOptions::compact(), 16)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, compact_16_slices_fp32, ClassifierOptions::compact(), 16,
                  Precision::kFp32)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, compact_16_slices_bf16x3, ClassifierOptions::compact(), 16,
                  Precision::kBf16x3)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, compact_16_slices_bf16, ClassifierOptions::compact(), 16,
                  Precision::kBf16)
    ->UseRealTime();
BENCHMARK_CAPTURE(plain_classifier, release_16_slices, ClassifierOptions::release(), 16)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, release_16_slices_fp32, ClassifierOptions::release(), 16,
                  Precision::kFp32)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, release_16_slices_bf16x3, ClassifierOptions::release(), 16,
                  Precision::kBf16x3)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, release_16_slices_bf16, ClassifierOptions::release(), 16,
                  Precision::kBf16)
    ->UseRealTime();
BENCHMARK_CAPTURE(plain_segmenter, compact_512, SegmenterOptions::compact())->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, compact_512_fp32, SegmenterOptions::compact(),
                  Precision::kFp32)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, compact_512_bf16x3, SegmenterOptions::compact(),
                  Precision::kBf16x3)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, compact_512_bf16, SegmenterOptions::compact(),
                  Precision::kBf16)
    ->UseRealTime();
BENCHMARK_CAPTURE(plain_segmenter, release_512, SegmenterOptions::release())->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, release_512_fp32, SegmenterOptions::release(),
                  Precision::kFp32)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, release_512_bf16x3, SegmenterOptions::release(),
                  Precision::kBf16x3)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, release_512_bf16, SegmenterOptions::release(),
                  Precision::kBf16)
    ->UseRealTime();

}  // namespace
