#include "jcs/models/vgg.hpp"

#include <string>

#include <torch/torch.h>

namespace jcs::models {

namespace {

constexpr std::array<int, 5> kBlockConvolutions = {2, 2, 3, 3, 3};

torch::Tensor halved(const torch::Tensor& x) { return torch::max_pool2d(x, 2, 2); }

}  // namespace

VggImpl::VggImpl(const VggOptions& options) : options_(options) {
  const std::vector<int> channels = feature_channels(options);
  int in = 3;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    for (int i = 0; i < kBlockConvolutions[b]; ++i) {
      ConvBlock conv(ConvBlockOptions{
          .in = in, .out = channels[b], .batch_norm = options.batch_norm, .norm = options.norm});
      blocks_[b].push_back(
          register_module("conv" + std::to_string(b + 1) + "_" + std::to_string(i + 1), conv));
      in = channels[b];
    }
  }
  initialise(*this);
}

torch::Tensor VggImpl::block(std::size_t index, torch::Tensor x) {
  for (ConvBlock& conv : blocks_[index]) {
    x = conv->forward(x);
  }
  return x;
}

std::vector<torch::Tensor> VggImpl::features(const torch::Tensor& x) {
  return features_from_first(block(0, x));
}

std::vector<torch::Tensor> VggImpl::features_from_first(const torch::Tensor& first) {
  std::vector<torch::Tensor> maps = {first};
  for (std::size_t b = 1; b < blocks_.size(); ++b) {
    const bool pool = b + 1 < blocks_.size() || options_.pool_before_last;
    maps.push_back(block(b, pool ? halved(maps.back()) : maps.back()));
  }
  return maps;
}

torch::Tensor VggImpl::forward(const torch::Tensor& x) { return halved(features(x).back()); }

std::vector<int> feature_channels(const VggOptions& options) {
  const int w = options.width;
  return {w, 2 * w, 4 * w, 8 * w, 8 * w};
}

}  // namespace jcs::models
