#pragma once

#include <vector>

#include <torch/nn.h>

#include "jcs/models/blocks.hpp"

namespace jcs::models {

/// Grouped atrous module (paper, §III-B2), the building block of the enhanced feature module: 1×1
/// to twice the channels (`expand_conv`), ReLU; four groups, each a 3×3 convolution of its own
/// dilation (`dilation_convs`); ReLU; squeeze and excitation (`se_block`, reduction 4); 1×1 back
/// (`reduce_conv`), ReLU; 3×3 (`end_conv`), ReLU. [N, C, h, w] → [N, C, h, w], C divisible by 2.
class GamImpl : public torch::nn::Module {
 public:
  GamImpl(int channels, const std::vector<int>& dilations);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  ConvBlock expand_conv_{nullptr}, reduce_conv_{nullptr}, end_conv_{nullptr};
  SqueezeExcitation se_block_{nullptr};
  std::vector<torch::nn::Conv2d> dilation_convs_;
};
TORCH_MODULE(Gam);

}  // namespace jcs::models
