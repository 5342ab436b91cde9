#pragma once

#include <vector>

#include <torch/nn.h>

#include "jcs/models/blocks.hpp"

namespace jcs::models {

/// Attentive feature fusion of one stage (paper, §III-B3). From the encoder's map and the one
/// above, both reduced to C/2 channels: concatenate → SE (`se1`) → 3×3 (`conv1`); concatenate with
/// the map above again → SE (`se2`) → 1×1 (`reduce_conv`) → 3×3 (`conv2`).
class AffImpl : public torch::nn::Module {
 public:
  /// `reduction` of the attention; 0: one hidden unit, as in the release.
  AffImpl(int channels, int reduction);
  /// @param lateral [N, C/2, h, w] @param top [N, C/2, h, w] @return [N, C, h, w]
  torch::Tensor forward(const torch::Tensor& lateral, const torch::Tensor& top);

 private:
  SqueezeExcitation se1_{nullptr}, se2_{nullptr};
  ConvBlock conv1_{nullptr}, reduce_conv_{nullptr}, conv2_{nullptr};
};
TORCH_MODULE(Aff);

/// The fusion of the plain decoder of the ablation (Table V): concatenate, 3×3 (`conv1`).
class PlainFusionImpl : public torch::nn::Module {
 public:
  explicit PlainFusionImpl(int channels);
  /// Shapes as in AffImpl.
  torch::Tensor forward(const torch::Tensor& lateral, const torch::Tensor& top);

 private:
  ConvBlock conv1_{nullptr};
};
TORCH_MODULE(PlainFusion);

/// The top-down decoder: the highest map enters through 3×3, in the release 1×1 before it; then,
/// from coarse to fine, each encoder map and the decoder's map above it are reduced to C/2 channels
/// by 1×1 (`inners_a`, `inners_b`), the latter resized to the former, and fused (`fuse`).
class DecoderImpl : public torch::nn::Module {
 public:
  /// `channels` of the encoder's maps, finest first, the highest (stride 32 or 16) last. Of the
  /// options: `aff`, `attention_reduction`, `reduce_highest`.
  DecoderImpl(const std::vector<int>& channels, const SegmenterOptions& options);
  /// Maps as described by `channels` → decoder maps of all but the highest, finest first.
  std::vector<torch::Tensor> forward(const std::vector<torch::Tensor>& maps);

 private:
  std::vector<ConvBlock> inners_a_, inners_b_;
  std::vector<Aff> attentive_;
  std::vector<PlainFusion> plain_;
  ConvBlock highest_{nullptr}, top_{nullptr};
};
TORCH_MODULE(Decoder);

}  // namespace jcs::models
