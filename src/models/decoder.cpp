#include "jcs/models/decoder.hpp"

#include <torch/torch.h>

namespace jcs::models {

namespace {

ConvBlock conv(int in, int out, int kernel) {
  return ConvBlock(ConvBlockOptions{.in = in, .out = out, .kernel = kernel});
}

}  // namespace

AffImpl::AffImpl(int channels, int reduction) {
  const int both = channels + channels / 2;
  se1_ = register_module("se1", SqueezeExcitation(channels, reduction));
  conv1_ = register_module("conv1", conv(channels, channels, 3));
  se2_ = register_module("se2", SqueezeExcitation(both, reduction));
  reduce_conv_ = register_module("reduce_conv", conv(both, channels, 1));
  conv2_ = register_module("conv2", conv(channels, channels, 3));
}

torch::Tensor AffImpl::forward(const torch::Tensor& lateral, const torch::Tensor& top) {
  const auto fused = conv1_->forward(se1_->forward(torch::cat({lateral, top}, 1)));
  return conv2_->forward(reduce_conv_->forward(se2_->forward(torch::cat({fused, top}, 1))));
}

PlainFusionImpl::PlainFusionImpl(int channels) {
  conv1_ = register_module("conv1", conv(channels, channels, 3));
}

torch::Tensor PlainFusionImpl::forward(const torch::Tensor& lateral, const torch::Tensor& top) {
  return conv1_->forward(torch::cat({lateral, top}, 1));
}

DecoderImpl::DecoderImpl(const std::vector<int>& channels, const SegmenterOptions& options) {
  torch::nn::ModuleList inners_a, inners_b, fuse;
  const std::size_t stages = channels.size() - 1;
  for (std::size_t i = 0; i < stages; ++i) {
    inners_a_.push_back(conv(channels[i], channels[i] / 2, 1));
    inners_b_.push_back(conv(channels[i + 1], channels[i] / 2, 1));
    inners_a->push_back(inners_a_.back());
    inners_b->push_back(inners_b_.back());
    if (options.aff) {
      attentive_.emplace_back(channels[i], options.attention_reduction);
      fuse->push_back(attentive_.back());
    } else {
      plain_.emplace_back(channels[i]);
      fuse->push_back(plain_.back());
    }
  }
  if (options.reduce_highest) {
    highest_ = conv(channels.back(), channels.back(), 1);
    inners_a->push_back(highest_);
  }
  top_ = conv(channels.back(), channels.back(), 3);
  fuse->push_back(top_);
  register_module("inners_a", inners_a);
  register_module("inners_b", inners_b);
  register_module("fuse", fuse);
  initialise(*this);
}

std::vector<torch::Tensor> DecoderImpl::forward(const std::vector<torch::Tensor>& maps) {
  std::vector<torch::Tensor> out(maps.size() - 1);
  torch::Tensor above = top_->forward(highest_ ? highest_->forward(maps.back()) : maps.back());
  for (std::size_t i = out.size(); i-- > 0;) {
    const auto lateral = inners_a_[i]->forward(maps[i]);
    const auto top = resized_like(inners_b_[i]->forward(above), lateral);
    above = attentive_.empty() ? plain_[i]->forward(lateral, top)
                               : attentive_[i]->forward(lateral, top);
    out[i] = above;
  }
  return out;
}

}  // namespace jcs::models
