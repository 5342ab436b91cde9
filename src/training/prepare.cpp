#include "prepare.hpp"

#include <algorithm>
#include <map>

#include <torch/torch.h>

#include "jcs/core/cores.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/data/content.hpp"
#include "jcs/data/overlap.hpp"
#include "jcs/kernels/waiting_threads.hpp"
#include "jcs/metrics/bootstrap.hpp"
#include "jcs/weights/load.hpp"
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
  torch::set_num_threads(run.threads > 0 ? run.threads : available_cores());
  kernels::let_waiting_threads_sleep();
  torch::manual_seed(static_cast<std::uint64_t>(run.seed));
}

void start_from(const InitialWeights& initial, torch::nn::Module& network) {
  if (initial.weights.empty()) {
    return;
  }
  weights::LoadOptions options;
  options.partial = initial.partial;
  options.source = initial.weights.string();
  const weights::LoadReport report =
      weights::load_initial(network, weights::read_tensors(initial.weights).tensors, options);
  log_info(initial.weights.string() + ": " + weights::summary(report));
}

void start_backbone_from(const std::filesystem::path& file, torch::nn::Module& segmenter) {
  if (file.empty()) {
    return;
  }
  weights::LoadOptions options;
  options.source = file.string();
  const weights::LoadReport report =
      weights::load_backbone(segmenter, weights::read_tensors(file).tensors, options);
  log_info(file.string() + ": " + weights::summary(report));
}

nlohmann::json provenance_of(const DataOptions& data, const InitialWeights& initial) {
  nlohmann::json out = {{"train_manifest_sha256", sha256_file(data.train)},
                        {"validation_manifest_sha256", sha256_file(data.validation)}};
  if (!initial.weights.empty()) {
    out["initial_weights_sha256"] = sha256_file(initial.weights, ExitCode::kWeights);
  }
  return out;
}

void describe_data(const Manifests& manifests, const DataOptions& options, CardFacts& card) {
  card.training = facts_of(manifests.train.entries);
  card.validation = facts_of(manifests.validation.entries);
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
