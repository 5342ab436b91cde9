#pragma once

#include <array>
#include <vector>

#include <torch/nn.h>

#include "jcs/models/segmentation_network.hpp"

namespace jcs::models {

/// The feature aggregation module of PoolNet: x + Σ up(3×3(average pool by r of x)) for r = 2, 4, 8
/// (`convs`), ReLU, resized to the next finer map, 3×3 (`conv_sum`), that map and its guidance
/// added, 3×3 (`conv_sum_c`; the finest module has none). All without bias.
///
/// A pool is at most as large as the map: inputs below 113 pixels, which the published network
/// cannot take, work too.
class PoolnetAggregationImpl : public torch::nn::Module {
 public:
  PoolnetAggregationImpl(int in, int out, bool lateral);
  /// @param x [N, in, h, w]. @param next, guidance [N, out, h', w'], where there is a lateral map
  /// @return [N, out, h', w']
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& next = {},
                        const torch::Tensor& guidance = {});

 private:
  std::vector<torch::nn::Conv2d> convs_;
  torch::nn::Conv2d conv_sum_{nullptr}, conv_sum_c_{nullptr};
};
TORCH_MODULE(PoolnetAggregation);

/// PoolNet without its joint training with edges (Liu et al., CVPR 2019; Table VII): VGG-16 with
/// pyramid pooling on top, which guides every level (`base`), feature aggregation top-down
/// (`deep_pool`), 1×1 to one map (`score`). Names of tensors are those of its PyTorch version.
class PoolnetImpl : public SegmentationNetworkImpl {
 public:
  /// Takes `encoder.width`. @throws UsageError as check() does
  explicit PoolnetImpl(const SegmenterOptions& options);
  /// [N, 3, h, w] → [N, 1, h, w]
  torch::Tensor forward(const torch::Tensor& x) override;

 private:
  torch::Tensor pyramid(const torch::Tensor& top);

  torch::nn::Sequential vgg_{nullptr};
  std::array<torch::nn::Sequential, 3> pools_;  ///< 1×1 behind the pools of the pyramid
  torch::nn::Sequential joined_;
  std::array<torch::nn::Sequential, 3> guidance_;  ///< of conv4_3, conv3_3, conv2_2
  std::vector<PoolnetAggregation> deep_pool_;
  torch::nn::Conv2d score_{nullptr};
};
TORCH_MODULE(Poolnet);

}  // namespace jcs::models
