// Training steps of the compact segmenter: the trainer against a plain loop over the same slices –
// contiguous fp32, every slice read and prepared when it is its turn.
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "jcs/core/cores.hpp"
#include "jcs/imaging/phantom_dataset.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/training/optimizer.hpp"
#include "jcs/training/segmentation_losses.hpp"
#include "jcs/training/training_loop.hpp"

#include "support/temp_dir.hpp"

namespace {

using namespace jcs;

constexpr int kBatch = 4;
constexpr int kSteps = 16;

// A training set of synthetic slices, made once.
const std::filesystem::path& slices_folder() {
  static const test::TempDir dir;
  static const bool made = [] {
    imaging::PhantomDatasetOptions options;
    options.patients = 12;
    options.slices_per_patient = 8;
    options.size = 512;
    imaging::write_phantom_dataset(dir / "set", options, no_progress(), {});
    return true;
  }();
  (void)made;
  static const std::filesystem::path folder = dir / "set";
  return folder;
}

data::SliceDataset dataset(bool cached) {
  data::SliceDatasetOptions options;
  options.purpose = data::Purpose::kSegmentation;
  options.preprocessing.resize = 256;
  options.preprocessing.crop = 0;
  options.augmentation = {.flip_horizontal = 0.5, .margin = 0.15, .rotation = 10, .contrast = 0.25};
  options.seed = 1;
  options.clean_slices = true;
  if (cached) {
    options.cache = slices_folder().parent_path() / "cache";
  }
  return {data::read_manifest(slices_folder() / "train.csv"), options};
}

class SegmenterTask : public training::Task {
 public:
  torch::nn::Module& network() override { return *network_; }
  std::vector<torch::Tensor> losses(const data::Batch& batch) override {
    return training::side_losses(network_->forward(batch.images), batch.masks,
                                 training::DiceReading::kStandard, {batch.share, {}});
  }
  training::Scores validate(Progress&, const std::stop_token&) override { return {{"none", 0.0}}; }
  void save(const std::filesystem::path&, const nlohmann::json&) override {}

 private:
  models::Segmenter network_{models::SegmenterOptions::compact()};
};

void plain_loop(benchmark::State& state) {
  torch::set_num_threads(available_cores());
  SegmenterTask task;
  const data::SliceDataset slices = dataset(false);
  const auto optimizer = training::make_optimizer(task.network(), {});
  std::size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    for (int step = 0; step < kSteps; ++step) {
      std::vector<torch::Tensor> images, masks;
      for (int i = 0; i < kBatch; ++i) {
        data::Sample sample = slices.get(next++ % slices.size(), 0);
        images.push_back(sample.image);
        masks.push_back(sample.mask);
      }
      data::Batch batch;
      batch.images = torch::stack(images);
      batch.masks = torch::stack(masks);
      optimizer->zero_grad();
      torch::stack(task.losses(batch)).sum().backward();
      optimizer->step();
    }
  }
  state.counters["slices/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * kSteps * kBatch, benchmark::Counter::kIsRate);
}

void trainer(benchmark::State& state) {
  torch::set_num_threads(available_cores());
  const data::SliceDataset slices = dataset(true);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    (void)slices.get(i, 0);  // fills the cache, as the first epoch does
  }
  const test::TempDir dir;
  SegmenterTask task;
  training::TrainingSetup setup;
  setup.run.batch_size = kBatch;
  setup.run.epochs = 1000000;
  setup.run.channels_last = state.range(0) != 0;
  setup.run.validate_every = 1000000;
  setup.loader.batch_size = kBatch;
  setup.loader.workers = static_cast<int>(state.range(1));
  setup.loader.drop_last = true;
  double waiting = 0;
  double seconds = 0;
  int run = 0;
  for ([[maybe_unused]] auto _ : state) {
    setup.run.folder = dir / ("run" + std::to_string(run++));
    setup.run.iterations = kSteps;
    const auto result = training::train(task, slices, setup, no_progress(), {});
    const double here = kSteps * kBatch / result.epochs.back().slices_per_second;
    state.SetIterationTime(here);
    waiting += result.epochs.back().waiting * here;
    seconds += here;
  }
  state.counters["slices/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kSteps * kBatch / seconds);
  state.counters["waiting"] = waiting / seconds;
}

// One step of each segmenter at its compact width, without reading slices.
void step(benchmark::State& state, models::SegmenterOptions::Architecture architecture) {
  torch::set_num_threads(available_cores());
  torch::manual_seed(1);
  models::SegmenterOptions options = models::SegmenterOptions::compact();
  options.architecture = architecture;
  auto network = models::make_segmentation_network(options);
  const auto optimizer = training::make_optimizer(*network, {});
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : network->parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
    }
  }
  const auto images =
      torch::randn({kBatch, 3, 256, 256}).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto masks = (torch::rand({kBatch, 1, 256, 256}) > 0.9).to(torch::kFloat);
  const torch::AutoGradMode with_gradient(true);
  for ([[maybe_unused]] auto _ : state) {
    optimizer->zero_grad();
    torch::stack(training::segmentation_losses(network->forward(images), masks,
                                               {.architecture = architecture}))
        .sum()
        .backward();
    optimizer->step();
  }
}

void steps_of_segmenters() {
  using Architecture = models::SegmenterOptions::Architecture;
  for (const auto& [name, architecture] :
       {std::pair{"step/jcs", Architecture::kJcs}, std::pair{"step/unet", Architecture::kUnet},
        std::pair{"step/dss", Architecture::kDss}, std::pair{"step/egnet", Architecture::kEgnet},
        std::pair{"step/poolnet", Architecture::kPoolnet}}) {
    benchmark::RegisterBenchmark(name, step, architecture)
        ->Unit(benchmark::kMillisecond)
        ->MinWarmUpTime(2)
        ->MeasureProcessCPUTime()
        ->UseRealTime();
  }
}
[[maybe_unused]] const bool kRegistered = (steps_of_segmenters(), true);

BENCHMARK(plain_loop)->Unit(benchmark::kMillisecond)->MinTime(10)->UseRealTime();
BENCHMARK(trainer)
    ->ArgNames({"channels_last", "workers"})
    ->Args({0, 1})
    ->Args({1, 0})
    ->Args({1, 1})
    ->Args({1, 2})
    ->Unit(benchmark::kMillisecond)
    ->MinTime(10)
    ->UseManualTime();

}  // namespace
