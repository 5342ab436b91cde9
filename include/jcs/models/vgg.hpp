#pragma once

#include <array>
#include <vector>

#include <torch/nn.h>

#include "jcs/models/blocks.hpp"
#include "jcs/models/options.hpp"

namespace jcs::models {

/// The thirteen convolutions of VGG-16 as the segmenter's encoder. Registered as `conv1_1` …
/// `conv5_3`. Strides of the five maps: 1, 2, 4, 8, 16; without a pool before block 5 the last
/// is 8.
class VggImpl : public torch::nn::Module {
 public:
  explicit VggImpl(const VggOptions& options);
  /// [N, 3, h, w] → the maps behind conv1_2, conv2_2, conv3_3, conv4_3, conv5_3.
  std::vector<torch::Tensor> features(const torch::Tensor& x);
  /// The same from the first map on, as COVID-CS publishes it.
  std::vector<torch::Tensor> features_from_first(const torch::Tensor& first);
  /// The map behind a last 2×2 max-pool, as ImageNet networks have it.
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor block(std::size_t index, torch::Tensor x);

  VggOptions options_;
  std::array<std::vector<ConvBlock>, 5> blocks_;
};
TORCH_MODULE(Vgg);

/// Channels of the five maps, finest first.
std::vector<int> feature_channels(const VggOptions& options);

}  // namespace jcs::models
