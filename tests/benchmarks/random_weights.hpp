#pragma once

#include <cmath>
#include <filesystem>

#include <torch/torch.h>

#include "jcs/models/classifier.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/weights/model_file.hpp"

namespace jcs::benchmarks {

/// Soft blobs on [1, 3, size, size]: unlike noise, a picture whose outlines are not all edge.
inline torch::Tensor blobs(std::int64_t size) {
  torch::manual_seed(2);
  const auto coarse = torch::randn({1, 1, size / 16, size / 16});
  return torch::upsample_bilinear2d(coarse, {size, size}, false).repeat({1, 3, 1, 1});
}

/// Random weights under which maps keep ordinary sizes through all layers, and the named last
/// layer's answers spread about 0, so that outlines can be compared.
template <class Run>
void initialise(torch::nn::Module& network, const std::string& last, const Run& logits) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  network.eval();
  auto parameters = network.named_parameters();
  for (auto& item : parameters) {
    if (item.value().dim() == 4) {
      torch::nn::init::kaiming_normal_(item.value(), 0.0, torch::kFanIn, torch::kReLU);
    }
  }
  const torch::Tensor answer = logits();
  const double spread = 2.0 / answer.std().template item<double>();
  torch::Tensor weight = parameters[last + ".weight"];
  weight.mul_(spread);
  if (torch::Tensor* bias = parameters.find(last + ".bias")) {
    bias->sub_(answer.median()).mul_(spread);
  }
}

inline std::filesystem::path write_classifier(const std::filesystem::path& file,
                                              const models::ClassifierOptions& options) {
  models::Classifier network(options);
  initialise(*network, "fc", [&] { return network->forward(blobs(224)); });
  weights::ModelCard card;
  card.classifier = options;
  weights::save_model(file, *network, card);
  return file;
}

/// A segmenter that sees slices in their own size.
inline std::filesystem::path write_segmenter(const std::filesystem::path& file,
                                             const models::SegmenterOptions& options) {
  models::Segmenter network(options);
  initialise(*network, "cls1", [&] { return network->forward(blobs(256)).narrow(1, 0, 1); });
  weights::ModelCard card;
  card.task = weights::Task::kSegmentation;
  card.segmenter = options;
  card.preprocessing.resize = card.preprocessing.crop = 0;
  weights::save_model(file, *network, card);
  return file;
}

}  // namespace jcs::benchmarks
