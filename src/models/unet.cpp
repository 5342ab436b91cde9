#include "jcs/models/unet.hpp"

#include <string>

#include <torch/torch.h>

#include "check.hpp"
#include "numbered_vgg.hpp"

namespace jcs::models {

namespace nn = torch::nn;

namespace {

constexpr std::int64_t kCoarsest = 16;

// Two 3×3 convolutions with ReLU, `conv1` and `conv2` of `level`.
nn::Sequential two_convolutions(nn::Module& level, int in, int out) {
  const ConvBlock first(ConvBlockOptions{.in = in, .out = out});
  const ConvBlock second(ConvBlockOptions{.in = out, .out = out});
  level.register_module("conv1", first);
  level.register_module("conv2", second);
  return nn::Sequential(first, second);
}

}  // namespace

UnetImpl::UnetImpl(const SegmenterOptions& of)
    : SegmentationNetworkImpl(baseline_options(of, SegmenterOptions::Architecture::kUnet)) {
  const auto level = [&](const char* direction, std::size_t index) {
    return register_module(direction + std::to_string(index + 1), std::make_shared<nn::Module>());
  };
  const auto channels = [&](std::size_t index) { return options().encoder.width << index; };
  for (std::size_t i = 0; i < kLevels; ++i) {
    down_[i] = two_convolutions(*level("down", i), i == 0 ? 3 : channels(i - 1), channels(i));
  }
  for (std::size_t i = kLevels - 1; i-- > 0;) {
    const auto module = level("up", i);
    enlarge_[i] = module->register_module(
        "enlarge",
        nn::ConvTranspose2d(nn::ConvTranspose2dOptions(channels(i + 1), channels(i), 2).stride(2)));
    up_[i] = two_convolutions(*module, channels(i + 1), channels(i));
  }
  score_ = register_module("score", nn::Conv2d(nn::Conv2dOptions(channels(0), 1, 1)));
  initialise(*this);
  start_small(score_);
}

torch::Tensor UnetImpl::forward(const torch::Tensor& x) {
  check_maps(x, "segmenter's input", 3, kLeastInput);
  std::vector<torch::Tensor> maps = {down_[0]->forward(extended_to_multiple(x, kCoarsest))};
  for (std::size_t i = 1; i < kLevels; ++i) {
    maps.push_back(down_[i]->forward(torch::max_pool2d(maps.back(), 2, 2)));
  }
  torch::Tensor map = maps.back();
  for (std::size_t i = kLevels - 1; i-- > 0;) {
    map = up_[i]->forward(torch::cat({maps[i], enlarge_[i]->forward(map)}, 1));
  }
  return cropped_like(score_->forward(map), x);
}

}  // namespace jcs::models
