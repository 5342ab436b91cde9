#pragma once

#include <string>

#include <nlohmann/json.hpp>
#include <torch/nn/module.h>

#include "jcs/training/options.hpp"
#include "jcs/training/training_loop.hpp"
#include "jcs/weights/json_options.hpp"

namespace jcs::training {

struct Manifests {
  data::Manifest train, validation;
};

/// Both manifests. @throws InputError when a patient stands in both.
Manifests read_manifests(const DataOptions& options);

/// Threads and seeds of the process, on which a reproducible training depends.
void prepare_process(const RunOptions& run);

/// Loads the weights that a network starts from, where there are any. @throws WeightsError
void start_from(const InitialWeights& initial, torch::nn::Module& network);

/// SHA-256 of both manifests and of the initial weights, for the weights' metadata.
nlohmann::json provenance_of(const DataOptions& data, const InitialWeights& initial);

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
  options.data.train.clear();
  options.data.validation.clear();
  options.initial.weights.clear();
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
  setup.identity = nlohmann::json(weights::to_json(without_circumstances(options)));
  setup.identity.update(setup.provenance);
  return setup;
}

}  // namespace jcs::training
