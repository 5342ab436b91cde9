#include "jcs/models/egnet.hpp"

#include <algorithm>

#include <torch/torch.h>

#include "jcs/models/blocks.hpp"

#include "check.hpp"
#include "numbered_vgg.hpp"

namespace jcs::models {

namespace nn = torch::nn;

namespace {

// Channels per channel of the encoder's width, and kernels, from the finest level on.
constexpr std::array<int, 5> kWidths = {2, 4, 8, 8, 8};
constexpr std::array<int, 5> kKernels = {3, 3, 5, 5, 7};
constexpr std::array<int, 4> kFinalKernels = {3, 5, 5, 7};
constexpr int kEdge = kWidths.front();

nn::Conv2d convolution(int in, int out, int kernel, bool bias = true) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(bias));
}

nn::Sequential reduction(int in, int out) {
  return nn::Sequential(convolution(in, out, 1, false), nn::ReLU());
}

nn::Sequential refinement(int channels, int kernel) {
  nn::Sequential layers;
  for (int i = 0; i < 3; ++i) {
    layers->push_back(convolution(channels, channels, kernel));
    layers->push_back(nn::ReLU());
  }
  return layers;
}

std::shared_ptr<nn::Module> part(nn::Module& of, const char* name) {
  return of.register_module(name, std::make_shared<nn::Module>());
}

template <class Layers>
nn::ModuleList listed(const Layers& layers) {
  nn::ModuleList list;
  for (const auto& layer : layers) {
    list->push_back(layer);
  }
  return list;
}

}  // namespace

EgnetImpl::EgnetImpl(const SegmenterOptions& of)
    : SegmentationNetworkImpl(baseline_options(of, SegmenterOptions::Architecture::kEgnet)) {
  make_base();
  make_sides();
  make_finals();
  initialise(*this);
  for (auto* scores : {&score_, &score_final_}) {
    for (nn::Conv2d& score : *scores) {
      start_small(score);
    }
  }
}

void EgnetImpl::make_base() {
  const int width = options().encoder.width;
  const auto base = part(*this, "base");
  vgg_ = base->register_module("base", numbered_vgg(width, VggPool::k3x3));
  sixth_ = nn::Sequential();
  for (int i = 0; i < 3; ++i) {
    sixth_->push_back(convolution(8 * width, 8 * width, 3, false));
    sixth_->push_back(nn::ReLU());
  }
  part(*base, "base_ex")->register_module("ex", sixth_);
}

void EgnetImpl::make_sides() {
  const int width = options().encoder.width;
  reduce_ = {reduction(kWidths[1] * width, kWidths[0] * width),
             reduction(kWidths[2] * width, kWidths[1] * width),
             reduction(kWidths[4] * width, kEdge * width)};
  for (std::size_t i = 0; i < kLevels; ++i) {
    refine_[i] = refinement(kWidths[i] * width, kKernels[i]);
    score_.push_back(convolution(kWidths[i] * width, 1, 3));
  }
  const auto merge = part(*this, "merge1");
  merge->register_module("trans", listed(reduce_));
  merge->register_module("up", listed(refine_));
  merge->register_module("score", listed(score_));
}

void EgnetImpl::make_finals() {
  const int width = options().encoder.width;
  for (std::size_t i = 0; i < kFinals; ++i) {
    reduce_final_[i] = reduction(kWidths[i + 1] * width, kEdge * width);
    refine_final_[i] = refinement(kEdge * width, kFinalKernels[i]);
    score_final_.push_back(convolution(kEdge * width, 1, 3));
  }
  score_final_.push_back(convolution(kEdge * width, 1, 3));
  last_ =
      nn::Sequential(convolution(kEdge * width, kEdge * width, 5), nn::ReLU(), score_final_.back());
  const auto merge = part(*this, "merge2");
  // The published network could have several kinds of edges; it has one, number 0.
  const auto add = [&](const char* name, const nn::ModuleList& list) {
    merge->register_module(name, nn::ModuleList())->push_back(list);
  };
  add("trans", listed(reduce_final_));
  add("up", listed(refine_final_));
  add("score", listed(std::vector(score_final_.begin(), score_final_.end() - 1)));
  merge->register_module("final_score", last_);
}

std::array<torch::Tensor, EgnetImpl::kLevels> EgnetImpl::refined(const torch::Tensor& x) {
  const auto blocks = numbered_vgg_features(vgg_, x, /*last_pool=*/true);
  std::array<torch::Tensor, kLevels> maps;
  std::copy(blocks.begin() + 1, blocks.end(), maps.begin());
  maps[4] = refine_[4]->forward(sixth_->forward(maps[4]));
  for (std::size_t i = kLevels - 2; i >= 1; --i) {
    const bool fewer = maps[i].size(1) < maps[i + 1].size(1);
    const torch::Tensor deeper = fewer ? reduce_[i]->forward(maps[i + 1]) : maps[i + 1];
    maps[i] = refine_[i]->forward(maps[i] + resized_aligned_like(deeper, maps[i]));
  }
  const torch::Tensor guide = reduce_[2]->forward(maps[4]);
  maps[0] = refine_[0]->forward(maps[0] + resized_aligned_like(guide, maps[0]));
  return maps;
}

torch::Tensor EgnetImpl::forward(const torch::Tensor& x) {
  check_maps(x, "segmenter's input", 3, kLeastInput);
  const auto maps = refined(x);
  const torch::Tensor& edges = maps[0];
  std::vector<torch::Tensor> all = {score_[0]->forward(edges)};
  for (std::size_t i = kLevels - 1; i >= 1; --i) {
    all.push_back(score_[i]->forward(maps[i]));
  }
  torch::Tensor sum;
  for (std::size_t i = 0; i < kFinals; ++i) {
    const torch::Tensor object = reduce_final_[i]->forward(maps[i + 1]);
    const torch::Tensor guided =
        refine_final_[i]->forward(edges + resized_aligned_like(object, edges));
    all.push_back(score_final_[i]->forward(guided));
    sum = i == 0 ? guided : torch::relu(sum + guided);
  }
  all.push_back(last_->forward(sum));
  for (torch::Tensor& map : all) {
    map = resized_aligned_like(map, x);
  }
  return torch::cat(all, 1);
}

}  // namespace jcs::models
