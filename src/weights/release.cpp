#include <algorithm>

#include "jcs/weights/model_card.hpp"
#include "jcs/weights/recognise.hpp"

namespace jcs::weights {

namespace {

constexpr int kClasses = 2;
// The side of the slices that the release's segmenter was trained and tested on, and the networks
// of Table VII beside it.
constexpr int kSegmenterSide = 512;
constexpr int kMaxBlocks = 200;

std::int64_t channels(const TensorMap& tensors, const std::string& name) {
  const at::Tensor* found = tensors.find(name);
  return found != nullptr && found->dim() > 0 ? found->size(0) : 0;
}

// How many of prefix0suffix, prefix1suffix, ... there are.
int count(const TensorMap& tensors, const std::string& prefix, const std::string& suffix) {
  const auto there = [&](int index) {
    std::string name = prefix;
    name += std::to_string(index);
    name += suffix;
    return tensors.contains(name);
  };
  int found = 0;
  while (found < kMaxBlocks && there(found)) {
    ++found;
  }
  return found;
}

// A segmenter of this kind; the networks of Table VII may have any width.
models::SegmenterOptions segmenter_of(Network network, const TensorMap& tensors) {
  using models::SegmenterOptions;
  using Architecture = SegmenterOptions::Architecture;
  const auto baseline = [&](Architecture architecture, const char* first) {
    return SegmenterOptions::baseline(architecture, static_cast<int>(channels(tensors, first)));
  };
  switch (network) {
    case Network::kUnet:
      return baseline(Architecture::kUnet, "down1.conv1.conv.weight");
    case Network::kDss:
      return baseline(Architecture::kDss, "base.0.weight");
    case Network::kEgnet:
      return baseline(Architecture::kEgnet, "base.base.0.weight");
    case Network::kPoolnet:
      return baseline(Architecture::kPoolnet, "base.vgg16.base.0.weight");
    case Network::kFusedSegmenter:
      return SegmenterOptions::joint_release();
    default:
      return SegmenterOptions::release();
  }
}

}  // namespace

std::optional<models::ClassifierOptions> classifier_of(const TensorMap& tensors) {
  if (recognise(tensors) != Network::kClassifier) {
    return std::nullopt;
  }
  models::ClassifierOptions options;
  models::Res2NetOptions& backbone = options.backbone;
  backbone.version = tensors.contains("conv1.0.weight") ? models::Res2NetOptions::Version::kV1b
                                                        : models::Res2NetOptions::Version::kV1;
  for (std::size_t stage = 0; stage < backbone.layers.size(); ++stage) {
    backbone.layers[stage] =
        count(tensors, "layer" + std::to_string(stage + 1) + ".", ".conv1.weight");
  }
  backbone.planes = static_cast<int>(channels(tensors, "bn1.weight"));
  backbone.scale = 1 + count(tensors, "layer1.0.convs.", ".weight");
  if (backbone.planes == 0) {
    return std::nullopt;
  }
  // A part has floor(planes * 2^stage * base_width / 64) channels, most exactly in the last stage:
  // the smallest width that gives as many there.
  const std::int64_t part = channels(tensors, "layer4.0.convs.0.weight");
  const std::int64_t planes = std::int64_t{backbone.planes} * 8;
  backbone.base_width = static_cast<int>((part * 64 + planes - 1) / planes);
  // Frozen batch norms count no batches; those of the release's classifier are frozen.
  backbone.norm =
      tensors.contains("bn1.num_batches_tracked") ? models::Norm::kTrained : models::Norm::kFrozen;
  options.classes = static_cast<int>(channels(tensors, "fc.weight"));
  options.bias = tensors.contains("fc.bias");
  return options;
}

std::optional<ModelCard> card_of_release(const TensorMap& tensors) {
  ModelCard card;
  const Network network = recognise(tensors);
  if (is_segmenter(network)) {
    card.task = Task::kSegmentation;
    card.segmenter = segmenter_of(network, tensors);
    card.preprocessing.resize = kSegmenterSide;
    card.preprocessing.crop = 0;
    return card;
  }
  const auto classifier = classifier_of(tensors);
  if (!classifier || classifier->classes != kClasses) {
    return std::nullopt;
  }
  card.classifier = *classifier;
  return card;
}

}  // namespace jcs::weights
