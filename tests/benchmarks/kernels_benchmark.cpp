// What the kernels of prepared networks are worth. The baseline, "Library", is LibTorch's
// convolution of the same maps in channels-last order, which is the faster of its two. GFLOP/s are
// those of the direct sum, whichever way the result comes about.
#include <span>

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "jcs/core/cores.hpp"
#include "jcs/kernels/few_channels.hpp"
#include "jcs/kernels/pointwise.hpp"
#include "jcs/kernels/winograd.hpp"

namespace {

using jcs::kernels::Channels;
using jcs::kernels::InstructionSet;

struct Layer {
  std::int64_t pictures, in, out, size, kernel;

  [[nodiscard]] torch::Tensor maps(std::int64_t channels) const {
    return torch::rand({pictures, channels, size, size})
        .contiguous(torch::MemoryFormat::ChannelsLast);
  }
  [[nodiscard]] torch::Tensor weight() const {
    return torch::rand({out, in, kernel, kernel}) - 0.5;
  }
};

Layer layer_of(const benchmark::State& state) {
  return {state.range(0), state.range(1), state.range(2), state.range(3), state.range(4)};
}

void count(benchmark::State& state, const Layer& layer) {
  const double operations =
      2.0 * static_cast<double>(layer.pictures * layer.in * layer.out * layer.size * layer.size *
                                layer.kernel * layer.kernel);
  state.counters["GFLOP/s"] =
      benchmark::Counter(operations * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void library(benchmark::State& state) {
  const torch::InferenceMode inference;
  torch::set_num_threads(jcs::available_cores());
  const Layer layer = layer_of(state);
  const auto x = layer.maps(layer.in);
  const auto weight = layer.weight().contiguous(torch::MemoryFormat::ChannelsLast);
  for (auto _ : state) {
    benchmark::DoNotOptimize(torch::conv2d(x, weight, {}, 1, layer.kernel / 2));
  }
  count(state, layer);
}

std::span<const float> values(const torch::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

template <class Kernel>
void run(benchmark::State& state, const Layer& layer, const Kernel& kernel) {
  const auto x = layer.maps(layer.in);
  auto y = layer.maps(layer.out);
  const Channels part = {x.const_data_ptr<float>(), static_cast<int>(layer.in), layer.in};
  const auto workers = jcs::kernels::openmp_threads(jcs::available_cores());
  for (auto _ : state) {
    kernel.run({&part, 1}, {layer.pictures, layer.size, layer.size},
               {.data = y.template mutable_data_ptr<float>(), .pixel_stride = layer.out}, workers);
  }
  count(state, layer);
}

void ours(benchmark::State& state, InstructionSet set) {
  if (set > jcs::kernels::widest_instruction_set()) {
    state.SkipWithError("the processor lacks these instructions");
    return;
  }
  const Layer layer = layer_of(state);
  const auto weight = layer.weight();
  const auto in = static_cast<int>(layer.in), out = static_cast<int>(layer.out);
  if (layer.kernel == 3) {
    run(state, layer, jcs::kernels::Winograd(values(weight), {}, in, out, 1, set));
  } else {
    run(state, layer, jcs::kernels::Pointwise(values(weight), {}, in, out, set));
  }
}

// Direct sums, for maps of few channels; the last number is the stride.
Layer few_channels_layer(const benchmark::State& state) {
  return {state.range(0), state.range(1), state.range(2), state.range(3), 3};
}

void few_channels_library(benchmark::State& state) {
  const torch::InferenceMode inference;
  torch::set_num_threads(jcs::available_cores());
  const Layer layer = few_channels_layer(state);
  const auto x = layer.maps(layer.in);
  const auto weight = layer.weight().contiguous(torch::MemoryFormat::ChannelsLast);
  for (auto _ : state) {
    benchmark::DoNotOptimize(torch::conv2d(x, weight, {}, state.range(4), 1));
  }
}

void few_channels(benchmark::State& state, InstructionSet set) {
  if (set > jcs::kernels::widest_instruction_set()) {
    state.SkipWithError("the processor lacks these instructions");
    return;
  }
  const Layer layer = few_channels_layer(state);
  const auto weight = layer.weight();
  run(state, layer,
      jcs::kernels::FewChannels(values(weight), {},
                                {.in = static_cast<int>(layer.in),
                                 .out = static_cast<int>(layer.out),
                                 .stride = static_cast<int>(state.range(4))},
                                set));
}

void few_channels_layers(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"pictures", "in", "out", "size", "stride"});
  benchmark->Args({16, 3, 8, 224, 2});
  benchmark->Args({16, 8, 8, 112, 1});
  benchmark->Args({16, 8, 16, 112, 1});
  benchmark->Args({16, 6, 6, 56, 1});
  benchmark->Args({16, 13, 13, 56, 2});
  benchmark->Args({16, 13, 13, 28, 1});
  benchmark->Args({16, 26, 26, 28, 2});
  benchmark->Args({16, 52, 52, 14, 2});
  benchmark->Args({16, 104, 104, 28, 2});
  benchmark->Args({1, 3, 8, 512, 1});
  benchmark->Args({1, 8, 8, 512, 1});
  benchmark->Args({1, 3, 16, 512, 1});
  benchmark->Args({1, 3, 64, 512, 1});
  benchmark->Args({16, 3, 32, 224, 2});
  benchmark->Args({1, 16, 16, 256, 1});
  benchmark->Args({1, 26, 26, 64, 1});
  benchmark->Args({1, 32, 32, 128, 1});
  benchmark->Args({1, 52, 52, 32, 1});
  benchmark->UseRealTime();
}

BENCHMARK(few_channels_library)->Apply(few_channels_layers);
BENCHMARK_CAPTURE(few_channels, AVX2, InstructionSet::kAvx2)->Apply(few_channels_layers);
BENCHMARK_CAPTURE(few_channels, AVX512, InstructionSet::kAvx512)->Apply(few_channels_layers);

// The convolutions that most of a segmenter's and a classifier's time goes into.
void layers(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"pictures", "in", "out", "size", "kernel"});
  benchmark->Args({1, 64, 64, 512, 3});
  benchmark->Args({1, 128, 128, 256, 3});
  benchmark->Args({1, 256, 256, 128, 3});
  benchmark->Args({1, 512, 512, 64, 3});
  benchmark->Args({1, 512, 512, 32, 3});
  benchmark->Args({1, 8, 8, 256, 3});
  benchmark->Args({1, 16, 16, 128, 3});
  benchmark->Args({1, 3, 8, 256, 3});
  benchmark->Args({1, 12, 8, 256, 1});
  benchmark->Args({1, 24, 16, 128, 1});
  benchmark->Args({1, 16, 16, 256, 3});
  benchmark->Args({1, 26, 26, 64, 3});
  benchmark->Args({1, 32, 32, 128, 3});
  benchmark->Args({1, 52, 52, 32, 3});
  benchmark->Args({16, 26, 26, 56, 3});
  benchmark->Args({1, 96, 64, 512, 1});
  benchmark->Args({1, 512, 1024, 64, 1});
  benchmark->Args({16, 416, 1024, 14, 1});
  benchmark->Args({16, 1024, 416, 14, 1});
  benchmark->UseRealTime();
}

BENCHMARK(library)->Apply(layers);
BENCHMARK_CAPTURE(ours, AVX2, InstructionSet::kAvx2)->Apply(layers);
BENCHMARK_CAPTURE(ours, AVX512, InstructionSet::kAvx512)->Apply(layers);
BENCHMARK_CAPTURE(ours, AMX, InstructionSet::kAmx)->Apply(layers);

}  // namespace
