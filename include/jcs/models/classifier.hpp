#pragma once

#include <torch/nn.h>

#include "jcs/models/options.hpp"
#include "jcs/models/res2net.hpp"

namespace jcs::models {

/// The slice classifier (paper, §III-A): Res2Net, global average pooling, one linear layer (`fc`).
/// The backbone's tensors are registered without a prefix, as in the published weights.
class ClassifierImpl : public Res2NetImpl {
 public:
  /// @throws UsageError for options out of range.
  explicit ClassifierImpl(const ClassifierOptions& options);
  /// [N, 3, h, w] → logits [N, classes].
  torch::Tensor forward(const torch::Tensor& x) { return head(features(x).layer4); }
  /// Pooling and linear layer: the last map [N, 32p, h/32, w/32] → logits [N, classes].
  torch::Tensor head(const torch::Tensor& last);
  /// Weight of the linear layer, [classes, 32p].
  [[nodiscard]] const torch::Tensor& head_weight() const { return fc_->weight; }
  [[nodiscard]] const ClassifierOptions& options() const { return options_; }

 private:
  ClassifierOptions options_;
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Classifier);

}  // namespace jcs::models
