#pragma once

#include <vector>

#include <torch/nn.h>

#include "jcs/models/blocks.hpp"
#include "jcs/models/options.hpp"

namespace jcs::models {

/// The maps that a Res2Net makes of [N, 3, h, w], with p = Res2NetOptions::planes.
struct Res2NetFeatures {
  torch::Tensor stem;    ///< [N, p, h/2, w/2], before the max-pool
  torch::Tensor layer1;  ///< [N, 4p, h/4, w/4]
  torch::Tensor layer2;  ///< [N, 8p, h/8, w/8]
  torch::Tensor layer3;  ///< [N, 16p, h/16, w/16]
  torch::Tensor layer4;  ///< [N, 32p, h/32, w/32]
};

/// A bottleneck whose middle is split into `scale` parts, each 3×3 convolution seeing the previous
/// part's output (Gao et al., Res2Net). [N, in, h, w] → [N, 4·planes, h/stride, w/stride].
class Res2NetBlockImpl : public torch::nn::Module {
 public:
  /// `first`: the first block of a stage, whose parts are independent and carry the stride.
  Res2NetBlockImpl(int in, int planes, int stride, bool first, const Res2NetOptions& options);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  bool first_;
  int stride_;
  torch::nn::Conv2d conv1_{nullptr}, conv3_{nullptr};
  BatchNorm bn1_{nullptr}, bn3_{nullptr};
  std::vector<torch::nn::Conv2d> convs_;
  std::vector<BatchNorm> bns_;
  torch::nn::Sequential downsample_{nullptr};
};
TORCH_MODULE(Res2NetBlock);

/// Res2Net without pooling and linear layer; spec of v1 and v1b in Res2NetOptions. Registered names
/// are those of the published weights.
class Res2NetImpl : public torch::nn::Module {
 public:
  /// @throws UsageError for options out of range.
  explicit Res2NetImpl(const Res2NetOptions& options);
  /// @throws InputError for any other shape than [N, 3, h, w].
  Res2NetFeatures features(const torch::Tensor& x);
  /// The same from the stem's map on, as COVID-CS publishes it; `stem` is handed through.
  Res2NetFeatures features_from_stem(const torch::Tensor& stem);
  /// The last map alone.
  torch::Tensor forward(const torch::Tensor& x) { return features(x).layer4; }
  [[nodiscard]] const Res2NetOptions& options() const { return options_; }

 private:
  torch::nn::Sequential stage(int index, int in, int blocks);

  Res2NetOptions options_;
  torch::nn::Sequential deep_stem_{nullptr};
  torch::nn::Conv2d plain_stem_{nullptr};
  BatchNorm bn1_{nullptr};
  torch::nn::Sequential layer1_{nullptr}, layer2_{nullptr}, layer3_{nullptr}, layer4_{nullptr};
};
TORCH_MODULE(Res2Net);

/// Channels of the five maps, finest first.
std::vector<int> feature_channels(const Res2NetOptions& options);

}  // namespace jcs::models
