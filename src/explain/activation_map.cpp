#include "jcs/explain/activation_map.hpp"

#include <string>

#include <torch/torch.h>

#include "jcs/core/error.hpp"

namespace jcs::explain {

torch::Tensor channel_weights(const torch::Tensor& features, const torch::Tensor& score,
                              bool create_graph) {
  const auto gradient = torch::autograd::grad({score.sum()}, {features}, {},
                                              /*retain_graph=*/create_graph, create_graph);
  return gradient.front().mean({2, 3});
}

torch::Tensor combined(const torch::Tensor& features, const torch::Tensor& weights,
                       Reading reading) {
  const auto weighted = features * weights.unsqueeze(-1).unsqueeze(-1);
  return reading == Reading::kPaper ? torch::relu(weighted).sum(1) : torch::relu(weighted.sum(1));
}

torch::Tensor normalised(const torch::Tensor& map) {
  const auto low = map.amin({1, 2}, /*keepdim=*/true);
  const auto spread = map.amax({1, 2}, /*keepdim=*/true) - low;
  return torch::where(spread > 0,
                      (map - low) / torch::where(spread > 0, spread, torch::ones_like(spread)),
                      torch::zeros_like(map));
}

torch::Tensor activation_map(models::Classifier& classifier, const torch::Tensor& slices,
                             Reading reading, std::int64_t index) {
  torch::Tensor features;
  {
    const c10::InferenceMode differentiable(false);
    const torch::NoGradGuard no_grad;
    features = classifier->features(slices).layer4;
  }
  return activation_map_of(classifier, features, reading, index);
}

torch::Tensor activation_map_of(models::Classifier& classifier, const torch::Tensor& features,
                                Reading reading, std::int64_t index) {
  if (index < 0 || index >= classifier->options().classes) {
    throw UsageError({"no such class", "activation map",
                      "0 to " + std::to_string(classifier->options().classes - 1),
                      std::to_string(index)});
  }
  // Within inference mode nothing can be differentiated, not even the short way through the head.
  const c10::InferenceMode differentiable(false);
  const torch::AutoGradMode with_gradient(true);
  const torch::Tensor leaf = features.detach().requires_grad_(true);
  const torch::Tensor score = classifier->head(leaf).select(1, index);
  const torch::Tensor weights = channel_weights(leaf, score);
  return combined(leaf.detach(), weights, reading);
}

std::optional<double> share_inside(const torch::Tensor& map, const torch::Tensor& annotation) {
  const auto resized =
      torch::upsample_bilinear2d(map.unsqueeze(0).unsqueeze(0), annotation.sizes(), false)[0][0];
  const double all = resized.sum().item<double>();
  if (all <= 0 || annotation.sum().item<double>() <= 0) {
    return std::nullopt;
  }
  return (resized * annotation).sum().item<double>() / all;
}

}  // namespace jcs::explain
