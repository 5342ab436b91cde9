#pragma once

#include <array>

#include <torch/nn.h>

#include "jcs/models/blocks.hpp"
#include "jcs/models/segmentation_network.hpp"

namespace jcs::models {

/// U-Net (Ronneberger et al., MICCAI 2015; Table VII): five levels of 64, 128, 256, 512 and 1024
/// channels at width 64, each of two 3×3 convolutions with ReLU (`down1` … `down5`), 2×2 max-pools
/// between them; upwards a 2×2 transposed convolution, the level's map beside it, two 3×3
/// convolutions (`up4` … `up1`); a 1×1 convolution gives one map (`score`).
///
/// Convolutions are padded, so that the map has the input's size; sizes that are no multiple of 16
/// are extended by repeating the last row and column, and the map is cut back. The first eight
/// convolutions have the shapes of VGG-16's (blocks 1 to 4, two each), which may fill them.
class UnetImpl : public SegmentationNetworkImpl {
 public:
  /// Takes `encoder.width`. @throws UsageError as check() does
  explicit UnetImpl(const SegmenterOptions& options);
  /// [N, 3, h, w] → [N, 1, h, w]
  torch::Tensor forward(const torch::Tensor& x) override;

 private:
  static constexpr std::size_t kLevels = 5;
  std::array<torch::nn::Sequential, kLevels> down_;
  std::array<torch::nn::ConvTranspose2d, kLevels - 1> enlarge_{nullptr, nullptr, nullptr, nullptr};
  std::array<torch::nn::Sequential, kLevels - 1> up_;
  torch::nn::Conv2d score_{nullptr};
};
TORCH_MODULE(Unet);

}  // namespace jcs::models
