#pragma once

#include <vector>

#include <torch/nn.h>

#include "jcs/models/blocks.hpp"
#include "jcs/models/options.hpp"

namespace jcs::models {

/// Joins the classifier's maps A_1 … A_5 to the encoder's M_1 … M_5 (Table VI).
///
/// Paper, §III-B4: the smaller of the two is resized to the larger, concatenated, 1×1 to the
/// encoder's channels (`reduce_modules`), SE with reduction 4 (`se_modules`), 3×3 (`fuse_modules`).
/// Release: the encoder's map is resized to the classifier's, concatenated, then three 3×3
/// convolutions with batch norm (`cat_modules`, `se_modules`, `fuse_modules`).
class FeatureFusionImpl : public torch::nn::Module {
 public:
  FeatureFusionImpl(const std::vector<int>& encoder_channels,
                    const std::vector<int>& classifier_channels, SegmenterOptions::Fusion form);
  /// Both lists finest first. @return fused maps with the encoder's channels.
  std::vector<torch::Tensor> forward(const std::vector<torch::Tensor>& encoder,
                                     const std::vector<torch::Tensor>& classifier);

 private:
  SegmenterOptions::Fusion form_;
  std::vector<ConvBlock> first_, last_;
  std::vector<ConvBlock> middle_;             ///< release
  std::vector<SqueezeExcitation> attention_;  ///< paper
};
TORCH_MODULE(FeatureFusion);

}  // namespace jcs::models
