#include "jcs/models/fusion.hpp"

#include <algorithm>

#include <torch/torch.h>

namespace jcs::models {

using Fusion = SegmenterOptions::Fusion;

FeatureFusionImpl::FeatureFusionImpl(const std::vector<int>& encoder_channels,
                                     const std::vector<int>& classifier_channels, Fusion form)
    : form_(form) {
  torch::nn::ModuleList first, middle, last;
  const bool release = form == Fusion::kRelease;
  for (std::size_t i = 0; i < encoder_channels.size(); ++i) {
    const int c = encoder_channels[i];
    const int both = c + classifier_channels[i];
    first_.emplace_back(
        ConvBlockOptions{.in = both, .out = c, .kernel = release ? 3 : 1, .batch_norm = release});
    first->push_back(first_.back());
    if (release) {
      middle_.emplace_back(ConvBlockOptions{.in = c, .out = c, .batch_norm = true});
      middle->push_back(middle_.back());
    } else {
      attention_.emplace_back(c, 4);
      middle->push_back(attention_.back());
    }
    last_.emplace_back(ConvBlockOptions{.in = c, .out = c, .batch_norm = release});
    last->push_back(last_.back());
  }
  register_module(release ? "cat_modules" : "reduce_modules", first);
  register_module("se_modules", middle);
  register_module("fuse_modules", last);
  initialise(*this);
}

std::vector<torch::Tensor> FeatureFusionImpl::forward(
    const std::vector<torch::Tensor>& encoder, const std::vector<torch::Tensor>& classifier) {
  std::vector<torch::Tensor> out;
  for (std::size_t i = 0; i < first_.size(); ++i) {
    // Height and width each, since of odd slices one map may be larger in one direction alone.
    const auto size = [&](int dim) {
      const auto of_classifier = classifier[i].size(dim);
      return form_ == Fusion::kRelease ? of_classifier
                                       : std::max(encoder[i].size(dim), of_classifier);
    };
    const auto joined = first_[i]->forward(torch::cat(
        {resized(encoder[i], size(2), size(3)), resized(classifier[i], size(2), size(3))}, 1));
    const auto attended =
        form_ == Fusion::kRelease ? middle_[i]->forward(joined) : attention_[i]->forward(joined);
    out.push_back(last_[i]->forward(attended));
  }
  return out;
}

}  // namespace jcs::models
