#include "jcs/training/segmentation_losses.hpp"

#include <torch/torch.h>

#include "jcs/models/segmentation_network.hpp"

namespace jcs::training {

using Architecture = models::SegmenterOptions::Architecture;

namespace {

// The maps that the prediction is made of.
torch::Tensor predicting(const torch::Tensor& logits, Architecture architecture) {
  std::vector<torch::Tensor> maps;
  for (const std::int64_t map : models::prediction_maps(architecture)) {
    maps.push_back(logits.narrow(1, map, 1));
  }
  return maps.size() == 1 ? maps.front() : torch::cat(maps, 1);
}

}  // namespace

std::vector<torch::Tensor> segmentation_losses(const torch::Tensor& logits,
                                               const torch::Tensor& annotation,
                                               const SegmentationLossOptions& options,
                                               const BatchShare& part) {
  const torch::Tensor maps =
      options.deep_supervision ? logits : predicting(logits, options.architecture);
  if (options.architecture == Architecture::kJcs || options.architecture == Architecture::kUnet) {
    return side_losses(maps, annotation, options.dice, part);
  }
  std::vector<torch::Tensor> losses;
  for (std::int64_t i = 0; i < maps.size(1); ++i) {
    const torch::Tensor map = maps.narrow(1, i, 1);
    const bool edges =
        options.architecture == Architecture::kEgnet && options.deep_supervision && i == 0;
    losses.push_back(edges ? edge_loss(map, annotation, part)
                           : torch::binary_cross_entropy_with_logits(map, annotation) * part.share);
  }
  return losses;
}

torch::Tensor contour(const torch::Tensor& annotation) {
  const torch::Tensor near_others = torch::max_pool2d(1.0 - annotation, 3, 1, 1);
  return annotation * near_others;
}

torch::Tensor edge_loss(const torch::Tensor& logits, const torch::Tensor& annotation,
                        const BatchShare& part) {
  const torch::Tensor target = contour(annotation);
  const torch::Tensor on_contour = target.mean({1, 2, 3}, /*keepdim=*/true);
  const torch::Tensor weights = target * (1.0 - on_contour) + (1.0 - target) * on_contour;
  return torch::binary_cross_entropy_with_logits(logits, target, weights) * part.share;
}

}  // namespace jcs::training
