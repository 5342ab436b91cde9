#include "jcs/inference/classifier_runner.hpp"

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/weights/model_file.hpp"

#include "prepare.hpp"

namespace jcs::inference {

namespace {

constexpr BatchSizes kBatchSizes = {.cpu = 16, .cuda = 64};

}  // namespace

ClassifierRunner::ClassifierRunner(const std::filesystem::path& weights,
                                   const RunnerOptions& options)
    : device_(ready_device(options)),
      batch_size_(batch_size_for(options, device_, kBatchSizes)),
      file_(weights.string()) {
  auto loaded = weights::load_classifier(weights);
  if (loaded.card.classifier.classes != 2) {
    throw WeightsError({"this classifier tells other things apart", file_,
                        "2 classes: uninfected, COVID-19",
                        std::to_string(loaded.card.classifier.classes)});
  }
  network_ = loaded.net;
  card_ = std::move(loaded.card);
  sha256_ = std::move(loaded.sha256);
  prepare(*network_, device_);
}

at::Tensor ClassifierRunner::logits(const at::Tensor& input) {
  const c10::InferenceMode inference;
  return network_->forward(placed(input)).to(torch::kCPU);
}

at::Tensor ClassifierRunner::placed(const at::Tensor& input) const {
  return on_device(input, device_);
}

}  // namespace jcs::inference
