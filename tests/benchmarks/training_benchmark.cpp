// What a training is worth on this machine: steps of each network in turns with plain ones, and the
// whole trainer of the compact segmenter against a plain loop over the same slices – contiguous
// fp32, every slice read and prepared when it is its turn.
#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "jcs/core/cores.hpp"
#include "jcs/imaging/phantom_dataset.hpp"
#include "jcs/models/classifier.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/training/losses.hpp"
#include "jcs/training/optimizer.hpp"
#include "jcs/training/segmentation_losses.hpp"
#include "jcs/training/training_loop.hpp"

#include "reused_memory.hpp"
#include "stepper.hpp"
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
  [[nodiscard]] std::vector<std::string> figures() const override { return {"none"}; }
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

// One network that learns as the trainers let it.
class NetworkTask : public training::Task {
 public:
  using Losses = std::function<std::vector<torch::Tensor>(const data::Batch&)>;
  NetworkTask(std::shared_ptr<torch::nn::Module> network, Losses losses)
      : network_(std::move(network)), losses_(std::move(losses)) {}
  torch::nn::Module& network() override { return *network_; }
  std::vector<torch::Tensor> losses(const data::Batch& batch) override { return losses_(batch); }
  [[nodiscard]] std::vector<std::string> figures() const override { return {"none"}; }
  training::Scores validate(Progress&, const std::stop_token&) override { return {}; }
  void save(const std::filesystem::path&, const nlohmann::json&) override {}

 private:
  std::shared_ptr<torch::nn::Module> network_;
  Losses losses_;
};

// What learns plainly, what learns our way, and from what. Two networks of the same weights.
struct Contest {
  std::unique_ptr<NetworkTask> plain, ours;
  data::Batch batch;
};

// Each map's loss by itself, as one would write it down.
std::vector<torch::Tensor> separate_losses(const torch::Tensor& logits,
                                           const torch::Tensor& masks) {
  std::vector<torch::Tensor> losses;
  for (std::int64_t side = 0; side < logits.size(1); ++side) {
    const torch::Tensor logit = logits.narrow(1, side, 1);
    losses.push_back(
        torch::binary_cross_entropy_with_logits(logit, masks) +
        training::dice_loss(torch::sigmoid(logit), masks, training::DiceReading::kStandard));
  }
  return losses;
}

Contest segmenters(const models::SegmenterOptions& options, std::int64_t size) {
  const auto task = [&](bool plain) {
    torch::manual_seed(1);
    auto network = models::make_segmentation_network(options);
    return std::make_unique<NetworkTask>(network.ptr(), [=](const data::Batch& batch) mutable {
      const torch::Tensor logits = network->forward(batch.images);
      using Architecture = models::SegmenterOptions::Architecture;
      return plain && options.architecture == Architecture::kJcs
                 ? separate_losses(logits, batch.masks)
                 : training::segmentation_losses(logits, batch.masks,
                                                 {.architecture = options.architecture});
    });
  };
  Contest contest{task(true), task(false), {}};
  contest.batch.images = torch::randn({kBatch, 3, size, size});
  contest.batch.masks = (torch::rand({kBatch, 1, size, size}) > 0.9).to(torch::kFloat);
  return contest;
}

Contest classifiers(const models::ClassifierOptions& options) {
  const auto task = [&] {
    torch::manual_seed(1);
    models::Classifier network(options);
    return std::make_unique<NetworkTask>(network.ptr(), [=](const data::Batch& batch) mutable {
      return std::vector{
          training::soft_cross_entropy(network->forward(batch.images), batch.targets)};
    });
  };
  Contest contest{task(), task(), {}};
  contest.batch.images = torch::randn({16, 3, 224, 224});
  contest.batch.targets = torch::rand({16});  // as of mixed slices
  return contest;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

// What steps took: on the clock, and of all cores' time, which other programs disturb less.
struct Times {
  std::vector<double> seconds, core_seconds;

  // The first step of a row, which finds the other side's data in the caches, does not count.
  void add(int steps, const std::function<void()>& step) {
    for (int i = 0; i <= steps; ++i) {
      const auto start = std::chrono::steady_clock::now();
      const std::clock_t core_start = std::clock();
      step();
      if (i > 0) {
        core_seconds.push_back(static_cast<double>(std::clock() - core_start) / CLOCKS_PER_SEC);
        seconds.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      }
    }
  }
};

// Steps of a training without reading slices, in turns with a plain step: LibTorch's defaults, that
// is contiguous fp32 in freshly fetched memory, and every loss by itself. The medians of both
// count, and by how much the plain one is slower. Gradients' norms are our part alone.
void step(benchmark::State& state, const std::function<Contest()>& make) {
  torch::set_num_threads(available_cores());
  Contest contest = make();
  contest.batch.labels = contest.batch.annotated = torch::zeros({1});
  for (torch::Tensor* unused : {&contest.batch.masks, &contest.batch.targets}) {
    if (!unused->defined()) {
      *unused = torch::zeros({1});
    }
  }
  const auto optimizer = training::make_optimizer(contest.plain->network(), {});
  const auto plain_step = [&] {
    optimizer->zero_grad();
    const auto losses = contest.plain->losses(contest.batch);
    torch::Tensor total = losses.front();
    for (std::size_t i = 1; i < losses.size(); ++i) {
      total = total + losses[i];
    }
    total.backward();
    for (const torch::Tensor& loss : losses) {
      benchmark::DoNotOptimize(loss.item<double>());
    }
    optimizer->step();
  };
  const training::TrainingSetup setup;
  training::Stepper stepper(*contest.ours, setup);
  Times plain, ours;
  for ([[maybe_unused]] auto _ : state) {
    constexpr int kInARow = 2;
    plain.add(kInARow, plain_step);
    const training::ReusedMemory memory;
    ours.add(kInARow, [&] { stepper.add(contest.batch, setup.optimizer.learning_rate, false); });
  }
  const double plain_seconds = median(plain.seconds);
  const double our_seconds = median(ours.seconds);
  state.counters["plain_ms"] = 1e3 * plain_seconds;
  state.counters["ours_ms"] = 1e3 * our_seconds;
  state.counters["plain/ours"] = plain_seconds / our_seconds;
  state.counters["of_cores"] = median(plain.core_seconds) / median(ours.core_seconds);
}

void register_step(const std::string& name, int turns, const std::function<Contest()>& make) {
  benchmark::RegisterBenchmark(("step/" + name).c_str(), step, make)
      ->Unit(benchmark::kMillisecond)
      ->Iterations(turns)
      ->UseRealTime();
}

void register_steps() {
  using models::ClassifierOptions;
  using models::SegmenterOptions;
  using Architecture = SegmenterOptions::Architecture;
  register_step("segmenter_compact", 10,
                [] { return segmenters(SegmenterOptions::compact(), 256); });
  register_step("segmenter_release", 2,
                [] { return segmenters(SegmenterOptions::release(), 256); });
  register_step("classifier_compact", 10, [] { return classifiers(ClassifierOptions::compact()); });
  register_step("classifier_res2net50", 3, [] { return classifiers(ClassifierOptions::paper()); });
  for (const auto& [name, architecture] : {std::pair{"unet_compact", Architecture::kUnet},
                                           std::pair{"dss_compact", Architecture::kDss},
                                           std::pair{"egnet_compact", Architecture::kEgnet},
                                           std::pair{"poolnet_compact", Architecture::kPoolnet}}) {
    register_step(name, 5, [architecture = architecture] {
      return segmenters(SegmenterOptions::baseline(architecture, 8), 256);
    });
  }
}
[[maybe_unused]] const bool kRegistered = (register_steps(), true);

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
