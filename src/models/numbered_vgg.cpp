#include "numbered_vgg.hpp"

#include <array>

#include <torch/torch.h>

#include "jcs/models/segmentation_network.hpp"
#include "jcs/models/vgg.hpp"

namespace jcs::models {

namespace nn = torch::nn;

namespace {

constexpr std::array<int, 5> kConvolutions = {2, 2, 3, 3, 3};

}  // namespace

nn::Sequential numbered_vgg(int width, VggPool pool) {
  const auto pooling = pool == VggPool::k2x2 ? nn::MaxPool2dOptions(2).stride(2)
                                             : nn::MaxPool2dOptions(3).stride(2).padding(1);
  VggOptions vgg;
  vgg.width = width;
  const std::vector<int> channels = feature_channels(vgg);
  nn::Sequential layers;
  int in = 3;
  for (std::size_t block = 0; block < channels.size(); ++block) {
    for (int i = 0; i < kConvolutions[block]; ++i) {
      layers->push_back(nn::Conv2d(nn::Conv2dOptions(in, channels[block], 3).padding(1)));
      layers->push_back(nn::ReLU());
      in = channels[block];
    }
    layers->push_back(nn::MaxPool2d(pooling));
  }
  return layers;
}

std::vector<torch::Tensor> numbered_vgg_features(nn::Sequential& layers, torch::Tensor x,
                                                 bool last_pool) {
  std::vector<torch::Tensor> maps;
  auto layer = layers->begin();
  const auto pass = [&] { x = (layer++)->forward(x); };
  for (std::size_t block = 0; block < kConvolutions.size(); ++block) {
    for (int i = 0; i < kConvolutions[block]; ++i) {
      pass();
      pass();
    }
    maps.push_back(x);
    if (block + 1 < kConvolutions.size() || last_pool) {
      pass();
    }
  }
  if (last_pool) {
    maps.push_back(x);
  }
  return maps;
}

SegmenterOptions baseline_options(SegmenterOptions options,
                                  SegmenterOptions::Architecture architecture) {
  options.architecture = architecture;
  check(options);
  return SegmenterOptions::baseline(architecture, options.encoder.width);
}

void start_small(nn::Conv2d& score) {
  const torch::NoGradGuard no_grad;
  nn::init::normal_(score->weight, 0.0, 0.01);
  score->bias.zero_();
}

}  // namespace jcs::models
