#include "jcs/explain/activation_map.hpp"

#include <string>
#include <vector>

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/core/parallel.hpp"

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

namespace {

/// LibTorch computes with one thread in whichever thread asks, as long as this lives.
class SingleThreads {
 public:
  SingleThreads() { at::set_num_threads(1); }
  ~SingleThreads() { at::set_num_threads(usual_); }
  SingleThreads(const SingleThreads&) = delete;
  SingleThreads& operator=(const SingleThreads&) = delete;
  [[nodiscard]] int usual() const { return usual_; }

 private:
  int usual_ = at::get_num_threads();
};

torch::Tensor map_of(models::Classifier& classifier, const torch::Tensor& slices, Reading reading,
                     std::int64_t index) {
  torch::Tensor features;
  {
    const c10::InferenceMode differentiable(false);
    const torch::NoGradGuard no_grad;
    features = classifier->features(slices).layer4;
  }
  return activation_map_of(classifier, features, reading, index);
}

}  // namespace

torch::Tensor activation_map(models::Classifier& classifier, const torch::Tensor& slices,
                             Reading reading, std::int64_t index) {
  if (!slices.is_cpu() || slices.size(0) == 0) {
    return map_of(classifier, slices, reading, index);
  }
  // Several threads would share out the sums of one slice, and round otherwise for each number.
  std::vector<torch::Tensor> maps(static_cast<std::size_t>(slices.size(0)));
  const SingleThreads each;
  parallel_for(maps.size(), each.usual(), {}, [&](std::size_t i) {
    maps[i] = map_of(classifier, slices.narrow(0, static_cast<std::int64_t>(i), 1), reading, index);
  });
  return torch::cat(maps);
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
