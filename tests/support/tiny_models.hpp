#pragma once

#include <filesystem>

#include <torch/torch.h>

#include "jcs/models/segmenter.hpp"
#include "jcs/weights/model_file.hpp"

namespace jcs::test {

/// The smallest classifier there is, with random weights of this seed.
inline models::Classifier tiny_classifier(std::uint64_t seed = 1) {
  torch::manual_seed(seed);
  models::ClassifierOptions options = models::ClassifierOptions::compact();
  options.backbone.planes = 8;
  models::Classifier network(options);
  network->eval();
  return network;
}

/// A classifier that calls every slice positive, or every one negative: its linear layer has only a
/// bias, and the probability of COVID-19 is 0.95 or 0.05.
inline models::Classifier constant_classifier(bool positive) {
  models::Classifier network = tiny_classifier();
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters()) {
    if (item.key() == "fc.weight") {
      item.value().zero_();
    } else if (item.key() == "fc.bias") {
      const float logit = positive ? 2.944439F : -2.944439F;
      item.value().copy_(torch::tensor({0.0F, logit}));
    }
  }
  return network;
}

/// A small segmenter with random weights of this seed.
inline models::Segmenter tiny_segmenter(std::uint64_t seed = 1, bool fused = false) {
  torch::manual_seed(seed);
  models::SegmenterOptions options = models::SegmenterOptions::compact();
  if (fused) {
    options.fusion = models::SegmenterOptions::Fusion::kPaper;
    options.classifier = models::ClassifierOptions::compact().backbone;
    options.classifier.planes = 8;
  }
  models::Segmenter network(options);
  network->eval();
  return network;
}

/// A segmenter that calls every pixel opacity, or none.
inline models::Segmenter constant_segmenter(bool opaque) {
  models::Segmenter network = tiny_segmenter();
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters()) {
    if (item.key() == "cls1.weight") {
      item.value().zero_();
    } else if (item.key() == "cls1.bias") {
      item.value().fill_(opaque ? 4.0F : -4.0F);
    }
  }
  return network;
}

/// Writes a classifier that sees slices as 32 x 32 pixels.
inline std::filesystem::path save(const std::filesystem::path& file, models::Classifier network) {
  weights::ModelCard card;
  card.task = weights::Task::kClassification;
  card.classifier = network->options();
  card.preprocessing.resize = 32;
  card.preprocessing.crop = 32;
  weights::save_model(file, *network, card);
  return file;
}

/// A network of Table VII at its compact width, with random weights of this seed.
inline models::SegmentationNetwork tiny_baseline(
    models::SegmenterOptions::Architecture architecture, std::uint64_t seed = 1) {
  torch::manual_seed(seed);
  auto network =
      models::make_segmentation_network(models::SegmenterOptions::baseline(architecture, 8));
  network->eval();
  return network;
}

/// Writes a segmenter that sees slices of 64 pixels on the shorter side.
inline std::filesystem::path save_segmenter(const std::filesystem::path& file,
                                            const models::SegmentationNetworkImpl& network) {
  weights::ModelCard card;
  card.task = weights::Task::kSegmentation;
  card.segmenter = network.options();
  card.preprocessing.resize = 64;
  card.preprocessing.crop = 0;
  weights::save_model(file, network, card);
  return file;
}
inline std::filesystem::path save(const std::filesystem::path& file, models::Segmenter network) {
  return save_segmenter(file, *network);
}

}  // namespace jcs::test
