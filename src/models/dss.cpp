#include "jcs/models/dss.hpp"

#include <array>
#include <cmath>

#include <torch/torch.h>

#include "jcs/models/blocks.hpp"

#include "check.hpp"
#include "numbered_vgg.hpp"

namespace jcs::models {

namespace nn = torch::nn;

namespace {

struct Side {
  int in, channels;  // per channel of the encoder's width
  int kernel;
  int stride;
  std::vector<std::size_t> deeper;  // branches whose maps join in
};

const std::array<Side, 6>& sides() {
  static const std::array<Side, 6> kSides = {{{1, 2, 3, 1, {2, 3, 4, 5}},
                                              {2, 2, 3, 2, {2, 3, 4, 5}},
                                              {4, 4, 5, 4, {4, 5}},
                                              {8, 4, 5, 8, {4, 5}},
                                              {8, 8, 5, 16, {}},
                                              {8, 8, 7, 32, {}}}};
  return kSides;
}

nn::Conv2d odd_convolution(int in, int out, int kernel) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).padding(kernel / 2));
}

}  // namespace

DssBranchImpl::DssBranchImpl(int in, int channels, int kernel)
    : main_(odd_convolution(in, channels, kernel), nn::ReLU(),
            odd_convolution(channels, channels, kernel), nn::ReLU()) {
  nn::Conv2d score(nn::Conv2dOptions(channels, 1, 1));
  main_->push_back(score);
  register_module("main", main_);
  initialise(*this);
  start_small(score);
}

torch::Tensor DssBranchImpl::forward(const torch::Tensor& x) { return main_->forward(x); }

DssEnlargeImpl::DssEnlargeImpl(int factor) : factor_(factor) {
  const std::int64_t size = 2 * factor_;
  const auto places = torch::arange(size) + 0.5;
  const auto line = 1.0 - (places / factor - 1.0).abs();
  weight_ = register_parameter("weight", torch::outer(line, line).view({1, 1, size, size}));
  bias_ = register_parameter("bias", torch::zeros({1}));
}

torch::Tensor DssEnlargeImpl::forward(const torch::Tensor& x) {
  const std::int64_t size = 2 * factor_;
  // [N, kernel's elements, pixels of x]
  const auto products = x.reshape({x.size(0), 1, -1}) * weight_.reshape({1, -1, 1});
  return torch::col2im(products, {x.size(2) * factor_, x.size(3) * factor_}, {size, size}, {1, 1},
                       {factor_ / 2, factor_ / 2}, {factor_, factor_}) +
         bias_;
}

DssConnectionImpl::DssConnectionImpl(const std::vector<int>& factors, int stride) {
  nn::ModuleList list;
  for (const int factor : factors) {
    upconv_.emplace_back(factor);
    list->push_back(upconv_.back());
  }
  if (!factors.empty()) {
    register_module("upconv", list);
  }
  const auto maps = static_cast<std::int64_t>(factors.size()) + 1;
  conv_ = register_module("conv", nn::Conv2d(nn::Conv2dOptions(maps, 1, 1)));
  {
    const torch::NoGradGuard no_grad;
    conv_->weight.fill_(1.0 / static_cast<double>(maps));
    conv_->bias.zero_();
  }
  if (stride > 1) {
    deconv_ = register_module("deconv", DssEnlarge(stride));
  }
}

torch::Tensor DssConnectionImpl::forward(const torch::Tensor& own,
                                         const std::vector<torch::Tensor>& deeper) {
  std::vector<torch::Tensor> maps = {own};
  for (std::size_t i = 0; i < deeper.size(); ++i) {
    maps.push_back(upconv_[i]->forward(deeper[i]));
  }
  const torch::Tensor joined = conv_->forward(torch::cat(maps, 1));
  return deconv_ ? deconv_->forward(joined) : joined;
}

DssFusionImpl::DssFusionImpl(std::int64_t maps)
    : weights_(
          register_parameter("weights", torch::full({maps}, 1.0 / static_cast<double>(maps)))) {}

torch::Tensor DssFusionImpl::forward(const torch::Tensor& x) {
  return (x * weights_.view({1, -1, 1, 1})).sum(1, /*keepdim=*/true);
}

DssImpl::DssImpl(const SegmenterOptions& of)
    : SegmentationNetworkImpl(baseline_options(of, SegmenterOptions::Architecture::kDss)) {
  const int width = options().encoder.width;
  base_ = register_module("base", numbered_vgg(width, VggPool::k2x2));
  initialise(*base_);
  nn::ModuleList branches, connections;
  for (const Side& side : sides()) {
    feat_.emplace_back(side.in * width, side.channels * width, side.kernel);
    branches->push_back(feat_.back());
    std::vector<int> factors;
    for (const std::size_t deeper : side.deeper) {
      factors.push_back(sides()[deeper].stride / side.stride);
    }
    comb_.emplace_back(factors, side.stride);
    connections->push_back(comb_.back());
  }
  register_module("feat", branches);
  register_module("comb", connections);
  fuse_ = register_module("fuse", DssFusion(static_cast<std::int64_t>(sides().size())));
}

torch::Tensor DssImpl::forward(const torch::Tensor& x) {
  check_maps(x, "segmenter's input", 3, kLeastInput);
  auto maps = numbered_vgg_features(base_, extended_to_multiple(x, sides().back().stride),
                                    /*last_pool=*/true);
  maps.back() = torch::avg_pool2d(maps.back(), 3, 1, 1);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    maps[i] = feat_[i]->forward(maps[i]);
  }
  std::vector<torch::Tensor> full;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    std::vector<torch::Tensor> deeper;
    for (const std::size_t from : sides()[i].deeper) {
      deeper.push_back(maps[from]);
    }
    full.push_back(comb_[i]->forward(maps[i], deeper));
  }
  const torch::Tensor all = torch::cat(full, 1);
  return cropped_like(torch::cat({all, fuse_->forward(all)}, 1), x);
}

}  // namespace jcs::models
