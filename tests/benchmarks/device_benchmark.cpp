// Whole networks on a device: a row of tabs for each measurement, see kColumns.
//
//     device_benchmark FOLDER [--device cpu|cuda|cuda:N] [--batches 1,8] [--seconds S] [--compact]
//
// FOLDER gets classifier.safetensors and segmenter.safetensors, random networks of full size (or
// compact ones) that a study can be timed with. A measurement that fails says why in its row.
#include <cstdio>
#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <ATen/DeviceAccelerator.h>
#include <c10/core/StreamGuard.h>
#include <torch/torch.h>

#include "jcs/core/cores.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/stopwatch.hpp"
#include "jcs/models/device.hpp"

#include "inference/background_runs.hpp"
#include "inference/twins.hpp"
#include "random_weights.hpp"

namespace {

using namespace jcs;
using inference::Precision;

constexpr const char* kColumns =
    "network\tway\tnumbers\tbatch\tslices_per_second\tgflop_per_slice\tnote";

struct Settings {
  Device device;
  std::vector<std::int64_t> batches;  ///< empty: what suits each network
  double seconds = 1.0;               ///< that a measurement lasts at least
  bool compact = false;
  std::filesystem::path folder;
};

/// What is measured of a trained network.
struct Subject {
  std::string name;
  std::int64_t size = 0;
  std::vector<std::int64_t> batches;
  inference::TensorsByName tensors;
  std::function<inference::Twin()> twin;
  std::shared_ptr<torch::nn::Module> module;
  std::function<at::Tensor(const at::Tensor&)> plain;
  Preprocessing preprocessing;
};

void wait_for(const torch::Device& device) {
  if (!device.is_cpu()) at::accelerator::synchronizeDevice(device.index());
}

/// Slices a second of calls that each see a batch; `finish` waits for what they began.
double rate(std::int64_t batch, double seconds, const std::function<void()>& call,
            const std::function<void()>& finish) {
  // Step by step, recorded, replayed: what is done once is not what is timed.
  for (int i = 0; i < 3; ++i) call();
  finish();
  const Stopwatch watch;
  std::int64_t calls = 0;
  // Between two looks at the clock several calls may be on their way.
  while (calls < 2 || watch.seconds() < seconds) {
    for (int i = 0; i < 4; ++i, ++calls) call();
    finish();
  }
  return static_cast<double>(batch * calls) / watch.seconds();
}

void row(const Subject& subject, const char* way, const char* numbers, std::int64_t batch,
         double operations, const std::function<double()>& measure) {
  double slices = 0;
  std::string note;
  try {
    slices = measure();
  } catch (const std::exception& error) {
    note = error.what();
    note = "failed: " + note.substr(0, note.find('\n'));
  }
  std::printf("%s\t%s\t%s\t%lld\t%.3f\t%.3f\t%s\n", subject.name.c_str(), way, numbers,
              static_cast<long long>(batch), slices, operations / 1e9, note.c_str());
  std::fflush(stdout);
}

/// As LibTorch runs it, TF32 as it comes.
void measure_plain(const Subject& subject, const Settings& settings, const torch::Device& device,
                   double operations) {
  at::globalContext().setAllowTF32CuDNN(true);
  torch::set_num_threads(available_cores());
  for (const auto& [numbers, type] :
       {std::pair{"fp32", torch::kFloat}, std::pair{"bf16", torch::kBFloat16}}) {
    subject.module->to(device, type);
    for (const std::int64_t batch : subject.batches) {
      row(subject, "plain LibTorch", numbers, batch, operations, [&] {
        const c10::InferenceMode inference;
        const auto x = torch::rand({batch, 3, subject.size, subject.size}).to(device, type);
        return rate(
            batch, settings.seconds, [&] { subject.plain(x); }, [&] { wait_for(device); });
      });
    }
  }
  subject.module->to(torch::kCPU, torch::kFloat);
}

/// Gives the operations for a slice.
double measure_prepared(const Subject& subject, const Settings& settings, Precision precision) {
  const inference::Target target =
      inference::make_target({.device = settings.device, .precision = precision});
  inference::PreparedNetwork network(subject.tensors, subject.twin(), target);
  inference::BackgroundRuns runs(network, subject.preprocessing);
  const auto operations = static_cast<double>(
      network.work(torch::zeros({1, 3, subject.size, subject.size})).operations);
  for (const std::int64_t batch : subject.batches) {
    row(subject, "prepared", name(precision), batch, operations, [&] {
      const c10::OptionalStreamGuard guard(network.stream());
      const auto x = torch::rand({batch, 3, subject.size, subject.size})
                         .to(target.device)
                         .contiguous(torch::MemoryFormat::ChannelsLast);
      return rate(
          batch, settings.seconds, [&] { network.run_there(x); }, [&] { wait_for(target.device); });
    });
    row(subject, "prepared, with copies", name(precision), batch, operations, [&] {
      const at::Tensor grey = runs.slices({batch, subject.size, subject.size});
      grey.random_(0, 256);
      std::deque<inference::PendingAnswer> asked;
      const auto take = [&] {
        asked.front()();
        asked.pop_front();
      };
      return rate(
          batch, settings.seconds,
          [&] {
            asked.push_back(runs.ask(grey));
            if (asked.size() > 2) take();
          },
          [&] {
            while (!asked.empty()) take();
          });
    });
  }
  return operations;
}

Subject classifier(const Settings& settings) {
  const auto loaded = weights::load_classifier(benchmarks::write_classifier(
      settings.folder / "classifier.safetensors", settings.compact
                                                      ? models::ClassifierOptions::compact()
                                                      : models::ClassifierOptions::release()));
  auto network = loaded.net;
  return {settings.compact ? "compact classifier 224" : "Res2Net-101 224",
          224,
          {1, 16, 64, 128},
          inference::tensors_of(*network),
          [options = loaded.card.classifier] { return inference::twin_of(options); },
          network.ptr(),
          [network](const at::Tensor& x) mutable { return network->forward(x); },
          loaded.card.preprocessing};
}

Subject segmenter(const Settings& settings) {
  const auto loaded = weights::load_segmenter(benchmarks::write_segmenter(
      settings.folder / "segmenter.safetensors", settings.compact
                                                     ? models::SegmenterOptions::compact()
                                                     : models::SegmenterOptions::release()));
  auto network = loaded.net;
  return {settings.compact ? "compact segmenter 512" : "release segmenter 512",
          512,
          {1, 4, 16, 32},
          inference::tensors_of(*network),
          [options = loaded.card.segmenter] { return inference::twin_of(options); },
          network.ptr(),
          [network](const at::Tensor& x) mutable { return network->probability(x); },
          loaded.card.preprocessing};
}

void measure(Subject subject, const Settings& settings) {
  if (!settings.batches.empty()) subject.batches = settings.batches;
  const torch::Device device = models::resolve(settings.device);
  double operations = 0;
  for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
    operations = measure_prepared(subject, settings, precision);
  }
  // Last: it changes the module's tensors in place.
  measure_plain(subject, settings, device, operations);
}

Settings parsed(int argc, char** argv) {
  const Problem usage = {
      "usage: device_benchmark FOLDER [--device cpu|cuda|cuda:N] [--batches 1,8] [--seconds S] "
      "[--compact]"};
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--compact") {
      settings.compact = true;
    } else if (word.starts_with("--")) {
      if (i + 1 == argc) throw UsageError(usage);
      const std::string value = argv[++i];
      if (word == "--device") {
        settings.device = parse_device(value);
      } else if (word == "--seconds") {
        settings.seconds = std::stod(value);
      } else if (word == "--batches") {
        for (std::size_t at = 0; at < value.size();) {
          const std::size_t end = std::min(value.find(',', at), value.size());
          settings.batches.push_back(std::stoll(value.substr(at, end - at)));
          at = end + 1;
        }
      } else {
        throw UsageError(usage);
      }
    } else {
      settings.folder = word;
    }
  }
  if (settings.folder.empty()) throw UsageError(usage);
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Settings settings = parsed(argc, argv);
    std::printf("%s\n", kColumns);
    measure(segmenter(settings), settings);
    measure(classifier(settings), settings);
  } catch (const Error& error) {
    std::fprintf(stderr, "device_benchmark: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "device_benchmark: %s\n", error.what());
    return 1;
  }
}
