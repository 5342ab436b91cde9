#pragma once

#include <vector>

#include <torch/nn.h>

#include "jcs/models/decoder.hpp"
#include "jcs/models/fusion.hpp"
#include "jcs/models/gam.hpp"
#include "jcs/models/options.hpp"
#include "jcs/models/res2net.hpp"
#include "jcs/models/segmentation_network.hpp"
#include "jcs/models/vgg.hpp"

namespace jcs::models {

/// The opacity segmenter (paper, §III-B) in every form of Tables V and VI. Registered names are the
/// release's: `vgg16`, `res2net` and `fuse` where the classifier's features are fused, `gpd` and
/// `gpd1` (the two GAMs of the EFM), `fpn` (decoder), `cls1` … `cls5` (side outputs).
///
/// All outputs are logits; the probability is their sigmoid.
class SegmenterImpl : public SegmentationNetworkImpl {
 public:
  /// @throws UsageError for options out of range or of another architecture.
  explicit SegmenterImpl(const SegmenterOptions& options);

  /// The five side outputs, finest first, each [N, 1, …] at its own resolution.
  std::vector<torch::Tensor> side_logits(const torch::Tensor& x);
  /// All side outputs resized to the input: [N, 5, h, w], finest first.
  torch::Tensor forward(const torch::Tensor& x) override;
  /// Side output 1, the prediction, resized to the input: [N, 1, h, w]. The other side outputs are
  /// not computed.
  torch::Tensor predict(const torch::Tensor& x) override;

  /// `forward` from stage-1 features as COVID-CS publishes them, for a fused segmenter.
  /// Values as the networks have them: the published bytes are 20 times as large.
  /// @param encoder_first [N, 64, h, w] behind conv1_2
  /// @param classifier_stem [N, 64, h/2, w/2]
  /// @return [N, 5, h, w]
  /// @throws UsageError where nothing is fused
  torch::Tensor forward_from_stage1(const torch::Tensor& encoder_first,
                                    const torch::Tensor& classifier_stem);

 private:
  std::vector<torch::Tensor> decoded(std::vector<torch::Tensor> encoder,
                                     const Res2NetFeatures& classifier);
  std::vector<torch::Tensor> decoded(const torch::Tensor& x);
  torch::Tensor all_sides(const std::vector<torch::Tensor>& maps, const torch::Tensor& like);

  Vgg vgg16_{nullptr};
  Res2Net res2net_{nullptr};
  FeatureFusion fuse_{nullptr};
  Gam gpd_{nullptr}, gpd1_{nullptr};
  Decoder fpn_{nullptr};
  std::vector<torch::nn::Conv2d> cls_;
};
TORCH_MODULE(Segmenter);

}  // namespace jcs::models
