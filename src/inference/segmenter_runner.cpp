#include "jcs/inference/segmenter_runner.hpp"

#include <torch/torch.h>

#include "jcs/weights/model_file.hpp"

#include "prepare.hpp"

namespace jcs::inference {

namespace {

constexpr BatchSizes kBatchSizes = {.cpu = 1, .cuda = 4};

}  // namespace

SegmenterRunner::SegmenterRunner(const std::filesystem::path& weights, const RunnerOptions& options)
    : device_(ready_device(options)),
      batch_size_(batch_size_for(options, device_, kBatchSizes)),
      file_(weights.string()) {
  auto loaded = weights::load_segmenter(weights);
  network_ = loaded.net;
  card_ = std::move(loaded.card);
  sha256_ = std::move(loaded.sha256);
  prepare(*network_, device_);
}

bool SegmenterRunner::fused() const {
  return card_.segmenter.fusion != models::SegmenterOptions::Fusion::kNone;
}

at::Tensor SegmenterRunner::probabilities(const at::Tensor& input) {
  const c10::InferenceMode inference;
  return network_->probability(on_device(input, device_)).to(torch::kCPU);
}

}  // namespace jcs::inference
