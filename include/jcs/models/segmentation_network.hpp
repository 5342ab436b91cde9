#pragma once

#include <cstdint>
#include <vector>

#include <torch/nn.h>

#include "jcs/models/options.hpp"

namespace jcs::models {

/// A network that outlines opacities: the paper's segmenter (Segmenter) or one of those it is
/// compared with (Unet, Dss, Egnet, Poolnet). Input: [N, 3, h, w], h and w of at least 32, of any
/// shape else; another is refused by an InputError.
class SegmentationNetworkImpl : public torch::nn::Module {
 public:
  /// Logits of all maps that learn from the annotation, resized to the input: [N, k, h, w].
  virtual torch::Tensor forward(const torch::Tensor& x) = 0;
  /// Logits of the maps that make the prediction (prediction_maps()), [N, p, h, w].
  virtual torch::Tensor predict(const torch::Tensor& x);
  /// The probability of opacity in 0 … 1, [N, 1, h, w]: what probability_of() makes of predict().
  torch::Tensor probability(const torch::Tensor& x);

  /// The architecture; options that it has no use for have one fixed value.
  [[nodiscard]] const SegmenterOptions& options() const { return options_; }

 protected:
  explicit SegmentationNetworkImpl(const SegmenterOptions& options) : options_(options) {}

 private:
  SegmenterOptions options_;
};
TORCH_MODULE(SegmentationNetwork);

/// The network that the options name. @throws UsageError for options out of range or that mean
/// nothing to it.
SegmentationNetwork make_segmentation_network(const SegmenterOptions& options);

/// Refuses what make_segmentation_network() would, without making it. @throws UsageError
void check(const SegmenterOptions& options);

/// Which of the maps of `forward` make the prediction: JCS side output 1; DSS sides 2 to 4 and the
/// fused map; EGNet the last one; U-Net and PoolNet their only one.
std::vector<std::int64_t> prediction_maps(SegmenterOptions::Architecture architecture);

/// The mean of the maps' sigmoids. @param logits [N, p, h, w]. @return [N, 1, h, w]
torch::Tensor probability_of(const torch::Tensor& logits);

/// `JCS`, `U-Net`, `DSS`, `EGNet`, `PoolNet`.
const char* title(SegmenterOptions::Architecture architecture);

}  // namespace jcs::models
