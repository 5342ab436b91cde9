#include "jcs/models/poolnet.hpp"

#include <algorithm>

#include <torch/torch.h>

#include "jcs/models/blocks.hpp"

#include "check.hpp"
#include "numbered_vgg.hpp"

namespace jcs::models {

namespace nn = torch::nn;

namespace {

constexpr std::array<std::int64_t, 3> kPools = {2, 4, 8};
constexpr std::array<std::int64_t, 3> kPyramid = {1, 3, 5};
// Channels per channel of the encoder's width of conv5_3, conv4_3, conv3_3, conv2_2.
constexpr std::array<int, 4> kPullWidths = {8, 8, 4, 2};

nn::Conv2d without_bias(int in, int out, int kernel) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false));
}

}  // namespace

PoolnetAggregationImpl::PoolnetAggregationImpl(int in, int out, bool lateral) {
  const auto list = register_module("convs", nn::ModuleList());
  for (std::size_t i = 0; i < kPools.size(); ++i) {
    convs_.push_back(without_bias(in, in, 3));
    list->push_back(convs_.back());
  }
  conv_sum_ = register_module("conv_sum", without_bias(in, out, 3));
  if (lateral) {
    conv_sum_c_ = register_module("conv_sum_c", without_bias(out, out, 3));
  }
}

torch::Tensor PoolnetAggregationImpl::forward(const torch::Tensor& x, const torch::Tensor& next,
                                              const torch::Tensor& guidance) {
  torch::Tensor sum = x;
  for (std::size_t i = 0; i < kPools.size(); ++i) {
    const std::array<std::int64_t, 2> size = {std::min(kPools[i], x.size(2)),
                                              std::min(kPools[i], x.size(3))};
    sum = sum + resized_aligned_like(convs_[i]->forward(torch::avg_pool2d(x, size, size)), x);
  }
  sum = torch::relu(sum);
  if (!conv_sum_c_) {
    return conv_sum_->forward(sum);
  }
  return conv_sum_c_->forward(conv_sum_->forward(resized_aligned_like(sum, next)) + next +
                              guidance);
}

PoolnetImpl::PoolnetImpl(const SegmenterOptions& of)
    : SegmentationNetworkImpl(baseline_options(of, SegmenterOptions::Architecture::kPoolnet)) {
  const int width = options().encoder.width;
  const int top = kPullWidths[0] * width;
  const auto base = register_module("base", std::make_shared<nn::Module>());
  vgg_ = numbered_vgg(width, VggPool::k3x3);
  base->register_module("vgg16", std::make_shared<nn::Module>())->register_module("base", vgg_);
  const auto pools = base->register_module("ppms", nn::ModuleList());
  for (std::size_t i = 0; i < kPyramid.size(); ++i) {
    pools_[i] = nn::Sequential(
        nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({kPyramid[i], kPyramid[i]})),
        without_bias(top, top, 1), nn::ReLU());
    pools->push_back(pools_[i]);
  }
  const int maps = static_cast<int>(kPyramid.size()) + 1;
  joined_ = nn::Sequential(without_bias(maps * top, top, 3), nn::ReLU());
  base->register_module("ppm_cat", joined_);
  const auto infos = base->register_module("infos", nn::ModuleList());
  for (std::size_t i = 0; i < guidance_.size(); ++i) {
    guidance_[i] = nn::Sequential(without_bias(top, kPullWidths[i + 1] * width, 3), nn::ReLU());
    infos->push_back(guidance_[i]);
  }
  const auto deep = register_module("deep_pool", nn::ModuleList());
  for (std::size_t i = 0; i < kPullWidths.size(); ++i) {
    const bool lateral = i + 1 < kPullWidths.size();
    deep_pool_.emplace_back(kPullWidths[i] * width, kPullWidths[lateral ? i + 1 : i] * width,
                            lateral);
    deep->push_back(deep_pool_.back());
  }
  score_ = nn::Conv2d(nn::Conv2dOptions(kPullWidths.back() * width, 1, 1));
  register_module("score", std::make_shared<nn::Module>())->register_module("score", score_);
  initialise(*this);
  // Half of He's deviation where maps are added up and no ReLU follows: at 512 channels the
  // published 0.01.
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& weight : deep->parameters()) {
    weight.mul_(0.5);
  }
  start_small(score_);
}

torch::Tensor PoolnetImpl::pyramid(const torch::Tensor& top) {
  std::vector<torch::Tensor> maps = {top};
  for (nn::Sequential& pool : pools_) {
    maps.push_back(resized_aligned_like(pool->forward(top), top));
  }
  return joined_->forward(torch::cat(maps, 1));
}

torch::Tensor PoolnetImpl::forward(const torch::Tensor& x) {
  check_maps(x, "segmenter's input", 3, kLeastInput);
  const auto maps = numbered_vgg_features(vgg_, x, /*last_pool=*/false);
  const torch::Tensor guide = pyramid(maps.back());
  torch::Tensor map = maps.back();
  for (std::size_t i = 0; i < guidance_.size(); ++i) {
    const torch::Tensor& next = maps[maps.size() - 2 - i];
    map =
        deep_pool_[i]->forward(map, next, guidance_[i]->forward(resized_aligned_like(guide, next)));
  }
  return resized_aligned_like(score_->forward(deep_pool_.back()->forward(map)), x);
}

}  // namespace jcs::models
