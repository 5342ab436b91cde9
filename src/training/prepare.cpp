#include "prepare.hpp"

#include <set>

#include <torch/torch.h>

#include "jcs/core/cores.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/weights/load.hpp"
#include "jcs/weights/pretrained.hpp"
#include "jcs/weights/tensor_file.hpp"

namespace jcs::training {

Manifests read_manifests(const DataOptions& options) {
  Manifests manifests{data::read_manifest(options.train), data::read_manifest(options.validation)};
  std::set<std::string> patients;
  for (const data::ManifestEntry& entry : manifests.train.entries) {
    patients.insert(entry.patient);
  }
  for (const data::ManifestEntry& entry : manifests.validation.entries) {
    if (!entry.patient.empty() && patients.contains(entry.patient)) {
      throw InputError({"patient '" + entry.patient + "' stands in the training manifest too",
                        manifests.validation.file.string() + ":" + std::to_string(entry.line),
                        "patients on one side only"});
    }
  }
  return manifests;
}

void prepare_process(const RunOptions& run) {
  torch::set_num_threads(run.threads > 0 ? run.threads : available_cores());
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

nlohmann::json provenance_of(const DataOptions& data, const InitialWeights& initial) {
  nlohmann::json out = {{"train_manifest_sha256", sha256_file(data.train)},
                        {"validation_manifest_sha256", sha256_file(data.validation)}};
  if (!initial.weights.empty()) {
    out["initial_weights_sha256"] = sha256_file(initial.weights);
  }
  return out;
}

data::LoaderOptions validation_loader(const RunOptions& run, const DataOptions& data) {
  data::LoaderOptions options;
  // Without gradients a batch takes little memory; parts of a training batch would only slow it.
  options.batch_size = std::max(1, run.batch_size / run.accumulate);
  options.workers = data.workers;
  return options;
}

}  // namespace jcs::training
