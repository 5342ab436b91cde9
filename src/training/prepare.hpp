#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/nn/module.h>

#include "jcs/core/hash.hpp"
#include "jcs/training/options.hpp"
#include "jcs/training/training_loop.hpp"
#include "jcs/weights/json_options.hpp"

namespace jcs::training {

struct Manifests {
  data::Manifest train, validation;
};

/// Both manifests. @throws InputError
Manifests read_manifests(const DataOptions& options);

/// Sees to it that the manifests have no patient and no picture in common (or warns, where that is
/// allowed) and returns the hash of what each holds. @throws InputError; Interrupted
nlohmann::json examine(const Manifests& manifests, const DataOptions& options, Progress& progress,
                       const std::stop_token& stop);

/// Threads and seeds of the process, on which a reproducible training depends.
void prepare_process(const RunOptions& run);

/// Loads the weights that a network starts from, where there are any, and warns where they were
/// trained on slices of another window or normalisation. @throws WeightsError
void start_from(const InitialWeights& initial, const Preprocessing& preprocessing,
                torch::nn::Module& network);
/// The same of the classifier's backbone of a fused segmenter, where a file is named.
void start_backbone_from(const std::filesystem::path& path, const Preprocessing& preprocessing,
                         torch::nn::Module& segmenter);

/// SHA-256 of both manifests and of the initial weights, for the weights' metadata.
nlohmann::json provenance_of(const DataOptions& data, const InitialWeights& initial);

/// What the model card says of the data: what serves of each manifest, and how much does not.
void describe_data(const Manifests& listed, const data::SliceDataset& training,
                   const data::SliceDataset& validation, const DataOptions& options,
                   CardFacts& card);

/// Bootstrap interval of a mean over cases of these patients, added where there is one.
void add_interval(std::vector<ScoreInterval>& intervals, const std::string& name,
                  std::span<const std::optional<double>> figures,
                  std::span<const std::string> patients);
/// The same of a rate over slices of these patients (`metrics::bootstrap_rate`): whether each is a
/// hit; nothing where it is no trial of this rate.
void add_rate_interval(std::vector<ScoreInterval>& intervals, const std::string& name,
                       std::span<const std::optional<bool>> hits,
                       std::span<const std::string> patients);

/// Makes each of the processes learn from its own part of every batch.
void share_among(parallel::Ranks* ranks, TrainingSetup& setup);

/// How validation slices are read: in order, all of them.
data::LoaderOptions validation_loader(const RunOptions& run, const DataOptions& data);

/// The options with all that does not change the result, or is compared by its content, set to one
/// value.
template <class Options>
Options without_circumstances(Options options) {
  options.run.folder.clear();
  options.run.device.clear();
  options.run.threads = 0;
  options.run.checkpoint_every = 0;
  options.run.keep_checkpoints = 0;
  options.data.workers = 0;
  options.data.cache.clear();
  options.data.allow_overlap = false;
  options.data.train.clear();
  options.data.validation.clear();
  options.initial.weights.clear();
  if constexpr (requires { options.fused_classifier; }) {
    options.fused_classifier.weights.clear();
  }
  return options;
}

/// What the loop needs besides the task.
template <class Options>
TrainingSetup make_setup(const Options& options, const Invocation& invocation,
                         const Observers& observers) {
  TrainingSetup setup;
  setup.run = options.run;
  setup.optimizer = options.optimizer;
  setup.schedule = options.schedule;
  setup.loader.batch_size = options.run.batch_size;
  setup.loader.workers = options.data.workers;
  setup.loader.shuffle = options.data.shuffle;
  setup.loader.balance = options.data.balance;
  setup.loader.parts = options.run.accumulate;
  setup.loader.drop_last = true;
  setup.invocation = invocation;
  setup.observers = observers;
  setup.provenance = provenance_of(options.data, options.initial);
  if constexpr (requires { options.fused_classifier; }) {
    if (!options.fused_classifier.weights.empty()) {
      setup.provenance["fused_classifier_sha256"] =
          sha256_file(options.fused_classifier.weights, ExitCode::kWeights);
    }
  }
  setup.identity = nlohmann::json(weights::to_json(without_circumstances(options)));
  setup.identity.update(setup.provenance);
  return setup;
}

}  // namespace jcs::training
