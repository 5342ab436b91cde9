#include "jcs/models/segmenter.hpp"

#include <string>

#include <torch/torch.h>

#include "jcs/core/error.hpp"

#include "check.hpp"

namespace jcs::models {

namespace {

// Options that make a segmenter of this architecture.
const SegmenterOptions& checked(const SegmenterOptions& options) {
  check(options);
  if (options.architecture != SegmenterOptions::Architecture::kJcs) {
    throw UsageError({"is another network", "architecture", "JCS", title(options.architecture)});
  }
  return options;
}

}  // namespace

SegmenterImpl::SegmenterImpl(const SegmenterOptions& options)
    : SegmentationNetworkImpl(checked(options)) {
  vgg16_ = register_module("vgg16", Vgg(options.encoder));
  std::vector<int> channels = feature_channels(options.encoder);
  if (options.fusion != SegmenterOptions::Fusion::kNone) {
    res2net_ = register_module("res2net", Res2Net(options.classifier));
    fuse_ = register_module(
        "fuse", FeatureFusion(channels, feature_channels(options.classifier), options.fusion));
  }
  if (options.efm) {
    gpd_ = register_module("gpd", Gam(channels.back(), std::vector<int>{1, 3, 6, 9}));
    gpd1_ = register_module("gpd1", Gam(channels.back(), std::vector<int>{1, 2, 3, 4}));
  }
  channels.push_back(channels.back());
  fpn_ = register_module("fpn", Decoder(channels, options));
  for (std::size_t i = 0; i + 1 < channels.size(); ++i) {
    cls_.emplace_back(torch::nn::Conv2dOptions(channels[i], 1, 1));
    register_module("cls" + std::to_string(i + 1), cls_.back());
    // Small scores at the start: probabilities near one half, whatever the scale of the features.
    const torch::NoGradGuard no_grad;
    torch::nn::init::normal_(cls_.back()->weight, 0.0, 0.01);
    cls_.back()->bias.zero_();
  }
}

std::vector<torch::Tensor> SegmenterImpl::decoded(std::vector<torch::Tensor> encoder,
                                                  const Res2NetFeatures& classifier) {
  if (gpd_) {
    encoder.back() = gpd_->forward(encoder.back());
  }
  torch::Tensor highest = torch::max_pool2d(encoder.back(), 2, 2);
  if (gpd1_) {
    highest = gpd1_->forward(highest);
  }
  if (fuse_) {
    encoder = fuse_->forward(encoder, {classifier.stem, classifier.layer1, classifier.layer2,
                                       classifier.layer3, classifier.layer4});
  }
  encoder.push_back(highest);
  return fpn_->forward(encoder);
}

std::vector<torch::Tensor> SegmenterImpl::decoded(const torch::Tensor& x) {
  check_maps(x, "segmenter's input", 3, kLeastInput);
  return decoded(vgg16_->features(x), res2net_ ? res2net_->features(x) : Res2NetFeatures{});
}

torch::Tensor SegmenterImpl::all_sides(const std::vector<torch::Tensor>& maps,
                                       const torch::Tensor& like) {
  std::vector<torch::Tensor> sides;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    sides.push_back(resized_like(cls_[i]->forward(maps[i]), like));
  }
  return torch::cat(sides, 1);
}

std::vector<torch::Tensor> SegmenterImpl::side_logits(const torch::Tensor& x) {
  std::vector<torch::Tensor> sides = decoded(x);
  for (std::size_t i = 0; i < sides.size(); ++i) {
    sides[i] = cls_[i]->forward(sides[i]);
  }
  return sides;
}

torch::Tensor SegmenterImpl::forward(const torch::Tensor& x) { return all_sides(decoded(x), x); }

torch::Tensor SegmenterImpl::predict(const torch::Tensor& x) {
  return resized_like(cls_[0]->forward(decoded(x).front()), x);
}

torch::Tensor SegmenterImpl::forward_from_stage1(const torch::Tensor& encoder_first,
                                                 const torch::Tensor& classifier_stem) {
  if (!fuse_) {
    throw UsageError({"stage-1 features need a segmenter that fuses the classifier's features",
                      "fusion", "paper or release", "none"});
  }
  check_maps(encoder_first, "encoder's stage-1 features", options().encoder.width, kLeastInput);
  check_maps(classifier_stem, "classifier's stage-1 features", options().classifier.planes, 1);
  if (encoder_first.size(0) != classifier_stem.size(0)) {
    throw InputError({"stage-1 features of different numbers of slices", "classifier's features",
                      std::to_string(encoder_first.size(0)),
                      std::to_string(classifier_stem.size(0))});
  }
  return all_sides(decoded(vgg16_->features_from_first(encoder_first),
                           res2net_->features_from_stem(classifier_stem)),
                   encoder_first);
}

}  // namespace jcs::models
