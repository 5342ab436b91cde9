#include "jcs/models/gam.hpp"

#include <torch/torch.h>

namespace jcs::models {

namespace nn = torch::nn;

GamImpl::GamImpl(int channels, const std::vector<int>& dilations) {
  const auto groups = static_cast<int>(dilations.size());
  const int wide = 2 * channels;
  const int group = wide / groups;
  expand_conv_ = register_module(
      "expand_conv", ConvBlock(ConvBlockOptions{.in = channels, .out = wide, .kernel = 1}));
  reduce_conv_ = register_module(
      "reduce_conv", ConvBlock(ConvBlockOptions{.in = wide, .out = channels, .kernel = 1}));
  end_conv_ =
      register_module("end_conv", ConvBlock(ConvBlockOptions{.in = channels, .out = channels}));
  se_block_ = register_module("se_block", SqueezeExcitation(wide, 4));
  nn::ModuleList list;
  for (const int dilation : dilations) {
    dilation_convs_.emplace_back(
        nn::Conv2dOptions(group, group, 3).padding(dilation).dilation(dilation));
    list->push_back(dilation_convs_.back());
  }
  register_module("dilation_convs", list);
  initialise(*this);
}

torch::Tensor GamImpl::forward(const torch::Tensor& x) {
  std::vector<torch::Tensor> groups =
      expand_conv_->forward(x).chunk(static_cast<std::int64_t>(dilation_convs_.size()), 1);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i] = dilation_convs_[i]->forward(groups[i]);
  }
  const auto attended = se_block_->forward(rectified(torch::cat(groups, 1)));
  return end_conv_->forward(reduce_conv_->forward(attended));
}

}  // namespace jcs::models
