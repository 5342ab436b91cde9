// What preparing a network is worth, in fp32 and in bf16. The baseline, "Plain", is the same
// network as LibTorch runs it by default: contiguous float32, no other settings.
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "jcs/core/cores.hpp"
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
  jcs::inference::ClassifierRunner runner(weights_file(*network, card), on_cpu(precision));
  const auto input = torch::rand({slices, 3, 224, 224});
  benchmark::DoNotOptimize(runner.logits(input));  // what is done once is not what is timed
  for (auto _ : state) {
    benchmark::DoNotOptimize(runner.logits(input));
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
  jcs::inference::SegmenterRunner runner(weights_file(*network, card), on_cpu(precision));
  const auto input = torch::rand({1, 3, 512, 512});
  benchmark::DoNotOptimize(runner.probabilities(input));  // what is done once is not what is timed
  for (auto _ : state) {
    benchmark::DoNotOptimize(runner.probabilities(input));
  }
}

BENCHMARK_CAPTURE(plain_classifier, compact_16_slices, ClassifierOptions::compact(), 16)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, compact_16_slices_fp32, ClassifierOptions::compact(), 16,
                  Precision::kFp32)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, compact_16_slices_bf16, ClassifierOptions::compact(), 16,
                  Precision::kBf16)
    ->UseRealTime();
BENCHMARK_CAPTURE(plain_classifier, release_16_slices, ClassifierOptions::release(), 16)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, release_16_slices_fp32, ClassifierOptions::release(), 16,
                  Precision::kFp32)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_classifier, release_16_slices_bf16, ClassifierOptions::release(), 16,
                  Precision::kBf16)
    ->UseRealTime();
BENCHMARK_CAPTURE(plain_segmenter, compact_512, SegmenterOptions::compact())->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, compact_512_fp32, SegmenterOptions::compact(),
                  Precision::kFp32)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, compact_512_bf16, SegmenterOptions::compact(),
                  Precision::kBf16)
    ->UseRealTime();
BENCHMARK_CAPTURE(plain_segmenter, release_512, SegmenterOptions::release())->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, release_512_fp32, SegmenterOptions::release(),
                  Precision::kFp32)
    ->UseRealTime();
BENCHMARK_CAPTURE(prepared_segmenter, release_512_bf16, SegmenterOptions::release(),
                  Precision::kBf16)
    ->UseRealTime();

}  // namespace
