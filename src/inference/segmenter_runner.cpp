#include "jcs/inference/segmenter_runner.hpp"

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/weights/model_file.hpp"

#include "background_runs.hpp"
#include "prepare.hpp"
#include "prepared_network.hpp"
#include "twins.hpp"

namespace jcs::inference {

namespace {

constexpr BatchSizes kSegmenterBatchSizes = {.cpu = 1, .cuda = 16};

}  // namespace

SegmenterRunner::SegmenterRunner(const std::filesystem::path& weights, const RunnerOptions& options)
    : file_(weights.string()) {
  const Target target = make_target(options);
  device_ = target.device;
  batch_size_ = batch_size_for(options, target, kSegmenterBatchSizes);
  precision_ = target.precision;
  auto loaded = weights::load_segmenter(weights);
  card_ = std::move(loaded.card);
  sha256_ = std::move(loaded.sha256);
  prepared_ =
      std::make_unique<PreparedNetwork>(tensors_of(*loaded.net), twin_of(card_.segmenter), target);
  background_ = std::make_unique<BackgroundRuns>(*prepared_, card_.preprocessing);
  if (fused()) {
    network_ = loaded.net;
  }
}

SegmenterRunner::SegmenterRunner(SegmenterRunner&&) noexcept = default;
SegmenterRunner& SegmenterRunner::operator=(SegmenterRunner&&) noexcept = default;
SegmenterRunner::~SegmenterRunner() = default;

bool SegmenterRunner::fused() const {
  return card_.segmenter.fusion != models::SegmenterOptions::Fusion::kNone;
}

at::Tensor SegmenterRunner::probabilities(const at::Tensor& input) { return prepared_->run(input); }

PendingAnswer SegmenterRunner::ask(const at::Tensor& grey) { return background_->ask(grey); }

at::Tensor SegmenterRunner::grey_slices(at::IntArrayRef size) const {
  return background_->slices(size);
}

at::Tensor SegmenterRunner::probabilities_from_stage1(const at::Tensor& encoder_first,
                                                      const at::Tensor& classifier_stem) {
  if (!fused()) {
    throw UsageError({"stage-1 features are for a segmenter that is fused with a classifier", file_,
                      "a fused segmenter", "one that takes pictures alone"});
  }
  // Pictures alone never need it, and its weights would lie in memory twice.
  if (!network_ready_) prepare(*network_, device_);
  network_ready_ = true;
  const c10::InferenceMode inference;
  const at::Tensor logits = network_->as<models::SegmenterImpl>()->forward_from_stage1(
      on_device(encoder_first, device_), on_device(classifier_stem, device_));
  return models::probability_of(logits.narrow(1, 0, 1)).to(torch::kCPU);
}

}  // namespace jcs::inference
