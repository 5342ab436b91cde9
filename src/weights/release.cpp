#include <algorithm>

#include "jcs/weights/model_card.hpp"
#include "jcs/weights/recognise.hpp"

namespace jcs::weights {

namespace {

constexpr int kClasses = 2;
// The side of the slices that the release's segmenter was trained and tested on.
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
  if (network == Network::kSegmenter || network == Network::kFusedSegmenter) {
    card.task = Task::kSegmentation;
    card.segmenter = network == Network::kSegmenter ? models::SegmenterOptions::release()
                                                    : models::SegmenterOptions::joint_release();
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
