#include "jcs/models/res2net.hpp"

#include <string>

#include <torch/torch.h>

#include "jcs/core/error.hpp"

#include "check.hpp"

namespace jcs::models {

namespace nn = torch::nn;

namespace {

constexpr int kExpansion = 4;

nn::Conv2d unbiased(int in, int out, int kernel, int stride = 1) {
  return nn::Conv2d(
      nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

void check(const Res2NetOptions& options) {
  check_ranges(options);
  if (options.layers.size() != 4) {
    throw UsageError({"a Res2Net has four stages", "layers", "4 numbers",
                      std::to_string(options.layers.size())});
  }
  if (options.planes * options.base_width < 64) {
    throw UsageError({"a part of a Res2Net block would have no channels", "base_width",
                      "at least " + std::to_string((64 + options.planes - 1) / options.planes),
                      std::to_string(options.base_width)});
  }
}

}  // namespace

Res2NetBlockImpl::Res2NetBlockImpl(int in, int planes, int stride, bool first,
                                   const Res2NetOptions& options)
    : first_(first), stride_(stride) {
  const int width = planes * options.base_width / 64;
  const int out = planes * kExpansion;
  conv1_ = register_module("conv1", unbiased(in, width * options.scale, 1));
  bn1_ = register_module("bn1", BatchNorm(width * options.scale, options.norm));
  nn::ModuleList convs, bns;
  for (int i = 0; i + 1 < options.scale; ++i) {
    convs_.push_back(unbiased(width, width, 3, stride));
    bns_.emplace_back(width, options.norm);
    convs->push_back(convs_.back());
    bns->push_back(bns_.back());
  }
  register_module("convs", convs);
  register_module("bns", bns);
  conv3_ = register_module("conv3", unbiased(width * options.scale, out, 1));
  bn3_ = register_module("bn3", BatchNorm(out, options.norm));
  if (stride == 1 && in == out) {
    return;
  }
  if (options.version == Res2NetOptions::Version::kV1b) {
    downsample_ = nn::Sequential(
        nn::AvgPool2d(
            nn::AvgPool2dOptions(stride).stride(stride).ceil_mode(true).count_include_pad(false)),
        unbiased(in, out, 1), BatchNorm(out, options.norm));
  } else {
    downsample_ = nn::Sequential(unbiased(in, out, 1, stride), BatchNorm(out, options.norm));
  }
  register_module("downsample", downsample_);
}

torch::Tensor Res2NetBlockImpl::forward(const torch::Tensor& x) {
  const auto parts =
      bn1_->rectified(conv1_->forward(x)).chunk(static_cast<std::int64_t>(convs_.size()) + 1, 1);
  std::vector<torch::Tensor> outputs;
  torch::Tensor part;
  for (std::size_t i = 0; i < convs_.size(); ++i) {
    part = i == 0 || first_ ? parts[i] : part + parts[i];
    part = bns_[i]->rectified(convs_[i]->forward(part));
    outputs.push_back(part);
  }
  outputs.push_back(first_ ? torch::avg_pool2d(parts.back(), 3, stride_, 1) : parts.back());
  const auto y = bn3_->forward(conv3_->forward(torch::cat(outputs, 1)));
  return rectified(y + (downsample_ ? downsample_->forward(x) : x));
}

Res2NetImpl::Res2NetImpl(const Res2NetOptions& options) : options_(options) {
  check(options);
  const int planes = options.planes;
  if (options.version == Res2NetOptions::Version::kV1b) {
    const int half = planes / 2;
    deep_stem_ = nn::Sequential(unbiased(3, half, 3, 2), BatchNorm(half, options.norm), nn::ReLU(),
                                unbiased(half, half, 3), BatchNorm(half, options.norm), nn::ReLU(),
                                unbiased(half, planes, 3));
    register_module("conv1", deep_stem_);
  } else {
    plain_stem_ = register_module("conv1", unbiased(3, planes, 7, 2));
  }
  bn1_ = register_module("bn1", BatchNorm(planes, options.norm));
  layer1_ = register_module("layer1", stage(0, planes, options.layers[0]));
  layer2_ = register_module("layer2", stage(1, planes * 4, options.layers[1]));
  layer3_ = register_module("layer3", stage(2, planes * 8, options.layers[2]));
  layer4_ = register_module("layer4", stage(3, planes * 16, options.layers[3]));
  initialise(*this);
}

nn::Sequential Res2NetImpl::stage(int index, int in, int blocks) {
  const int planes = options_.planes << index;
  nn::Sequential layers;
  for (int i = 0; i < blocks; ++i) {
    layers->push_back(Res2NetBlock(i == 0 ? in : planes * kExpansion, planes,
                                   i == 0 && index > 0 ? 2 : 1, i == 0, options_));
  }
  return layers;
}

Res2NetFeatures Res2NetImpl::features(const torch::Tensor& x) {
  check_maps(x, "classifier's input", 3, 1);
  const auto y = deep_stem_ ? deep_stem_->forward(x) : plain_stem_->forward(x);
  return features_from_stem(bn1_->rectified(y));
}

Res2NetFeatures Res2NetImpl::features_from_stem(const torch::Tensor& stem) {
  check_maps(stem, "classifier's stem features", options_.planes, 1);
  Res2NetFeatures f;
  f.stem = stem;
  f.layer1 = layer1_->forward(torch::max_pool2d(stem, 3, 2, 1));
  f.layer2 = layer2_->forward(f.layer1);
  f.layer3 = layer3_->forward(f.layer2);
  f.layer4 = layer4_->forward(f.layer3);
  return f;
}

std::vector<int> feature_channels(const Res2NetOptions& options) {
  const int p = options.planes;
  return {p, 4 * p, 8 * p, 16 * p, 32 * p};
}

}  // namespace jcs::models
