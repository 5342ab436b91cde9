#pragma once

#include <array>
#include <vector>

#include <torch/nn.h>

#include "jcs/models/segmentation_network.hpp"

namespace jcs::models {

/// EGNet (Zhao et al., ICCV 2019; Table VII): VGG-16 with a sixth block (`base`); its maps refined
/// and added top-down, the finest to edges, the four others to objects (`merge1`); the edges'
/// features guide each of these to a final map, and their running sum to the last one (`merge2`).
/// Names of tensors are those of its PyTorch version, among them `merge1.trans.0`, which it has but
/// does not use.
class EgnetImpl : public SegmentationNetworkImpl {
 public:
  /// Takes `encoder.width`. @throws UsageError as check() does
  explicit EgnetImpl(const SegmenterOptions& options);
  /// [N, 3, h, w] → [N, 10, h, w]: the edges; four sides, deepest first; four finals, finest first,
  /// and the last one, which is the prediction.
  torch::Tensor forward(const torch::Tensor& x) override;

 private:
  static constexpr std::size_t kLevels = 5;  ///< behind conv2_2 … conv5_3 and the sixth block
  static constexpr std::size_t kFinals = kLevels - 1;
  using Layers = torch::nn::Sequential;

  void make_base();
  void make_sides();
  void make_finals();
  std::array<torch::Tensor, kLevels> refined(const torch::Tensor& x);

  Layers vgg_{nullptr}, sixth_{nullptr};
  std::array<Layers, 3> reduce_;  ///< the deeper map at level 0 (unused) and 1; the edges' guide
  std::array<Layers, kLevels> refine_;
  std::vector<torch::nn::Conv2d> score_;
  std::array<Layers, kFinals> reduce_final_, refine_final_;
  std::vector<torch::nn::Conv2d> score_final_;
  Layers last_;
};
TORCH_MODULE(Egnet);

}  // namespace jcs::models
