#include "prepare.hpp"

#include <algorithm>
#include <map>

#include <ATen/Context.h>
#include <torch/torch.h>

#include "jcs/core/cores.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/data/content.hpp"
#include "jcs/data/overlap.hpp"
#include "jcs/kernels/waiting_threads.hpp"
#include "jcs/metrics/bootstrap.hpp"
#include "jcs/weights/load.hpp"
#include "jcs/weights/model_card.hpp"
#include "jcs/weights/pretrained.hpp"
#include "jcs/weights/tensor_file.hpp"

#include "card_text.hpp"

namespace jcs::training {

namespace {

// The patients as numbers; a slice of nobody known is by itself.
std::vector<std::size_t> numbered(std::span<const std::string> patients) {
  std::map<std::string, std::size_t> known;
  std::vector<std::size_t> groups;
  std::size_t count = 0;
  for (const std::string& patient : patients) {
    if (patient.empty()) {
      groups.push_back(count++);
      continue;
    }
    const auto [found, is_new] = known.emplace(patient, count);
    count += is_new ? 1 : 0;
    groups.push_back(found->second);
  }
  return groups;
}

// A network sees other pictures than those it knows where window or normalisation differ.
void warn_of_other_input(const weights::TensorFile& file, const std::filesystem::path& path,
                         const Preprocessing& now) {
  const auto card = weights::card_of(file.metadata, path.string());
  if (!card) return;
  const Preprocessing& then = card->preprocessing;
  std::vector<std::string> others;
  const auto compare = [&](const char* key, const auto& before, const auto& after) {
    if (before != after) others.emplace_back(key);
  };
  compare("window_center", then.window_center, now.window_center);
  compare("window_width", then.window_width, now.window_width);
  compare("mean", then.mean, now.mean);
  compare("std", then.std, now.std);
  if (!others.empty()) {
    log_warning(path.string() +
                " was trained on slices of another preprocessing than this run's: " +
                joined(others) + " differ");
  }
}

std::string served(const data::SliceDataset& slices, const data::Manifest& listed) {
  const std::size_t others = listed.entries.size() - slices.size();
  return facts_of(slices.entries()) +
         (others == 0 ? "" : ", " + std::to_string(others) + " other rows of the list left out");
}

}  // namespace

Manifests read_manifests(const DataOptions& options) {
  return {data::read_manifest(options.train), data::read_manifest(options.validation)};
}

nlohmann::json examine(const Manifests& manifests, const DataOptions& options, Progress& progress,
                       const std::stop_token& stop) {
  if (!options.allow_overlap) {
    data::refuse_overlap(manifests.train, manifests.validation, 0, progress, stop);
  } else {
    const data::Overlap overlap =
        data::find_overlap(manifests.train, manifests.validation, 0, progress, stop);
    if (!overlap.empty()) {
      log_warning(std::to_string(overlap.patients.size()) + " patients and " +
                  std::to_string(overlap.pictures.size()) +
                  " pictures are both learned from and measured on: the figures will be too good");
    }
  }
  return {{"train", data::content_hash(manifests.train, 0, progress, stop)},
          {"validation", data::content_hash(manifests.validation, 0, progress, stop)}};
}

void prepare_process(const RunOptions& run) {
  set_usual_threads(run.threads);
  torch::set_num_threads(run.threads > 0 ? run.threads : available_cores());
  kernels::let_waiting_threads_sleep();
  // LibTorch's convolutions on a GPU round fp32 to TF32's 11 significant bits unless told not to.
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
  torch::manual_seed(static_cast<std::uint64_t>(run.seed));
}

void start_from(const InitialWeights& initial, const Preprocessing& preprocessing,
                torch::nn::Module& network) {
  if (initial.weights.empty()) {
    return;
  }
  weights::LoadOptions options;
  options.partial = initial.partial;
  options.source = initial.weights.string();
  const weights::TensorFile file = weights::read_tensors(initial.weights);
  const weights::LoadReport report = weights::load_initial(network, file.tensors, options);
  warn_of_other_input(file, initial.weights, preprocessing);
  log_info(initial.weights.string() + ": " + weights::summary(report));
}

void start_backbone_from(const std::filesystem::path& path, const Preprocessing& preprocessing,
                         torch::nn::Module& segmenter) {
  if (path.empty()) {
    return;
  }
  weights::LoadOptions options;
  options.source = path.string();
  const weights::TensorFile file = weights::read_tensors(path);
  const weights::LoadReport report = weights::load_backbone(segmenter, file.tensors, options);
  warn_of_other_input(file, path, preprocessing);
  log_info(path.string() + ": " + weights::summary(report));
}

nlohmann::json provenance_of(const DataOptions& data, const InitialWeights& initial) {
  nlohmann::json out = {{"train_manifest_sha256", sha256_file(data.train)},
                        {"validation_manifest_sha256", sha256_file(data.validation)}};
  if (!initial.weights.empty()) {
    out["initial_weights_sha256"] = sha256_file(initial.weights, ExitCode::kWeights);
  }
  return out;
}

void describe_data(const Manifests& listed, const data::SliceDataset& training,
                   const data::SliceDataset& validation, const DataOptions& options,
                   CardFacts& card) {
  card.training = served(training, listed.train);
  card.validation = served(validation, listed.validation);
  card.training_file = options.train.string();
  card.validation_file = options.validation.string();
}

void add_interval(std::vector<ScoreInterval>& intervals, const std::string& name,
                  std::span<const std::optional<double>> figures,
                  std::span<const std::string> patients) {
  if (const auto interval = metrics::bootstrap_mean(figures, numbered(patients)).interval) {
    intervals.push_back({name, interval->low, interval->high});
  }
}

void add_rate_interval(std::vector<ScoreInterval>& intervals, const std::string& name,
                       std::span<const std::optional<bool>> hits,
                       std::span<const std::string> patients) {
  if (const auto interval = metrics::bootstrap_rate(hits, numbered(patients))) {
    intervals.push_back({name, interval->low, interval->high});
  }
}

void share_among(parallel::Ranks* ranks, TrainingSetup& setup) {
  setup.ranks = ranks;
  if (ranks != nullptr) {
    setup.loader.rank = ranks->rank();
    setup.loader.ranks = ranks->size();
  }
}

data::LoaderOptions validation_loader(const RunOptions& run, const DataOptions& data) {
  data::LoaderOptions options;
  // Without gradients a batch takes little memory; parts of a training batch would only slow it.
  options.batch_size = std::max(1, run.batch_size / run.accumulate);
  options.workers = data.workers;
  return options;
}

}  // namespace jcs::training
