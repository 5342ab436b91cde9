#pragma once

#include <vector>

#include <torch/nn.h>

#include "jcs/models/options.hpp"

// The encoder of the networks of Table VII.
namespace jcs::models {

/// The max-pools between VGG-16's blocks.
enum class VggPool {
  k2x2,  ///< as in VGG-16
  k3x3   ///< 3×3, stride 2, padding 1: maps of odd size keep their last row
};

/// The thirteen convolutions of VGG-16 without batch norm, their ReLUs and five max-pools, numbered
/// through as torchvision numbers them: the convolutions are `0`, `2`, `5` … `28`.
torch::nn::Sequential numbered_vgg(int width, VggPool pool);

/// [N, 3, h, w] → the maps behind conv1_2, conv2_2, conv3_3, conv4_3, conv5_3 and, where asked for,
/// the last max-pool.
std::vector<torch::Tensor> numbered_vgg_features(torch::nn::Sequential& layers, torch::Tensor x,
                                                 bool last_pool);

/// The options of a network of Table VII: of those given, its width is taken.
/// @throws UsageError as check() does
SegmenterOptions baseline_options(SegmenterOptions options,
                                  SegmenterOptions::Architecture architecture);

/// A layer that gives scores starts with small ones: probabilities near one half.
void start_small(torch::nn::Conv2d& score);

}  // namespace jcs::models
