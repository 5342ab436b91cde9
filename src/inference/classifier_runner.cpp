#include "jcs/inference/classifier_runner.hpp"

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/weights/model_file.hpp"

#include "background_runs.hpp"
#include "prepare.hpp"
#include "prepared_network.hpp"
#include "twins.hpp"

namespace jcs::inference {

namespace {

constexpr BatchSizes kClassifierBatchSizes = {.cpu = 16, .cuda = 64};

}  // namespace

ClassifierRunner::ClassifierRunner(const std::filesystem::path& weights,
                                   const RunnerOptions& options)
    : file_(weights.string()) {
  const Target target = make_target(options);
  device_ = target.device;
  batch_size_ = batch_size_for(options, target, kClassifierBatchSizes);
  precision_ = target.precision;
  auto loaded = weights::load_classifier(weights);
  if (loaded.card.classifier.classes != 2) {
    throw WeightsError({"this classifier tells other things apart", file_,
                        "2 classes: uninfected, COVID-19",
                        std::to_string(loaded.card.classifier.classes)});
  }
  network_ = loaded.net;
  card_ = std::move(loaded.card);
  sha256_ = std::move(loaded.sha256);
  prepared_ =
      std::make_unique<PreparedNetwork>(tensors_of(*network_), twin_of(card_.classifier), target);
  background_ = std::make_unique<BackgroundRuns>(*prepared_, card_.preprocessing);
  prepare(*network_, device_);
}

ClassifierRunner::ClassifierRunner(ClassifierRunner&&) noexcept = default;
ClassifierRunner& ClassifierRunner::operator=(ClassifierRunner&&) noexcept = default;
ClassifierRunner::~ClassifierRunner() = default;

at::Tensor ClassifierRunner::logits(const at::Tensor& input) { return prepared_->run(input); }

PendingAnswer ClassifierRunner::ask(const at::Tensor& grey) { return background_->ask(grey); }

at::Tensor ClassifierRunner::grey_slices(at::IntArrayRef size) const {
  return background_->slices(size);
}

at::Tensor ClassifierRunner::placed(const at::Tensor& input) const {
  return on_device(input, device_);
}

}  // namespace jcs::inference
