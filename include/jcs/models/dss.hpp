#pragma once

#include <cstdint>
#include <vector>

#include <torch/nn.h>

#include "jcs/models/segmentation_network.hpp"

namespace jcs::models {

/// A side branch of DSS: two k×k convolutions with ReLU, 1×1 to one map (`main`).
class DssBranchImpl : public torch::nn::Module {
 public:
  DssBranchImpl(int in, int channels, int kernel);
  /// [N, in, h, w] → [N, 1, h, w]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Sequential main_;
};
TORCH_MODULE(DssBranch);

/// Enlarges one map: a transposed convolution 1→1 of kernel 2·factor, stride factor and padding
/// factor/2 (`weight`, `bias`), bilinear interpolation at the start. Written as products that are
/// added up where they fall, for LibTorch's own asks for tens of gigabytes in its backward pass
/// (CPU, channels last, factor 32).
class DssEnlargeImpl : public torch::nn::Module {
 public:
  explicit DssEnlargeImpl(int factor);
  /// [N, 1, h, w] → [N, 1, h·factor, w·factor]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  std::int64_t factor_;
  torch::Tensor weight_, bias_;
};
TORCH_MODULE(DssEnlarge);

/// The short connections that end in one branch: the deeper branches' maps, each enlarged by a
/// transposed convolution (`upconv`), beside its own, 1×1 to one map (`conv`), enlarged to the
/// input's size (`deconv`).
class DssConnectionImpl : public torch::nn::Module {
 public:
  /// @param factors by which the deeper maps are enlarged. @param stride of the branch's map
  DssConnectionImpl(const std::vector<int>& factors, int stride);
  /// @param own [N, 1, h, w]. @param deeper as many as there are factors
  /// @return [N, 1, h·stride, w·stride]
  torch::Tensor forward(const torch::Tensor& own, const std::vector<torch::Tensor>& deeper);

 private:
  std::vector<DssEnlarge> upconv_;
  torch::nn::Conv2d conv_{nullptr};
  DssEnlarge deconv_{nullptr};
};
TORCH_MODULE(DssConnection);

/// A learnt weighted sum of the maps (`weights`), equal weights at the start.
class DssFusionImpl : public torch::nn::Module {
 public:
  explicit DssFusionImpl(std::int64_t maps);
  /// [N, maps, h, w] → [N, 1, h, w]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor weights_;
};
TORCH_MODULE(DssFusion);

/// DSS (Hou et al., CVPR 2017; Table VII): VGG-16 (`base`), six side branches (`feat`) behind its
/// blocks and its last max-pool, short connections from the deeper to the shallower ones (`comb`),
/// a fused map (`fuse`). Names of tensors are those of its PyTorch version. Sizes that are no
/// multiple of 32 are extended by repeating the last row and column, and the maps are cut back.
class DssImpl : public SegmentationNetworkImpl {
 public:
  /// Takes `encoder.width`. @throws UsageError as check() does
  explicit DssImpl(const SegmenterOptions& options);
  /// [N, 3, h, w] → [N, 7, h, w]: sides 1 to 6, finest first, and the fused map.
  torch::Tensor forward(const torch::Tensor& x) override;

 private:
  torch::nn::Sequential base_;
  std::vector<DssBranch> feat_;
  std::vector<DssConnection> comb_;
  DssFusion fuse_{nullptr};
};
TORCH_MODULE(Dss);

}  // namespace jcs::models
