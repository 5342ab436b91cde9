#pragma once

#include <cstdint>

#include <torch/nn.h>

#include "jcs/models/options.hpp"

namespace jcs::models {

/// Batch normalisation over [N, C, h, w]. Trained: as usual, ε = 1e-5, momentum 0.1. Frozen:
/// statistics and scale are buffers that no training changes, and y = (x − mean) · weight / √var +
/// bias has no ε.
/// @throws UsageError in training where a channel has one value alone, of which there is no
/// variance.
class BatchNormImpl : public torch::nn::Module {
 public:
  BatchNormImpl(int channels, Norm norm);
  torch::Tensor forward(const torch::Tensor& x);
  /// The same and its ReLU.
  torch::Tensor rectified(const torch::Tensor& x);

 private:
  torch::Tensor normalised(const torch::Tensor& x, bool relu);
  torch::Tensor by_libtorch(const torch::Tensor& x);

  Norm norm_;
  torch::Tensor weight_, bias_, running_mean_, running_var_, num_batches_tracked_;
};
TORCH_MODULE(BatchNorm);

/// What a ConvBlock is made of.
struct ConvBlockOptions {
  int in = 0, out = 0;  ///< channels
  int kernel = 3;       ///< odd; the size of the map stays
  int dilation = 1;
  bool batch_norm = false;
  Norm norm = Norm::kTrained;
};

/// Convolution with bias (`conv`), batch norm where asked for (`bn`), ReLU. [N, in, h, w] → [N,
/// out, h, w].
class ConvBlockImpl : public torch::nn::Module {
 public:
  explicit ConvBlockImpl(const ConvBlockOptions& options);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Conv2d conv_{nullptr};
  BatchNorm bn_{nullptr};
};
TORCH_MODULE(ConvBlock);

/// Squeeze and excitation (paper, §III-B2): global average → linear C → hidden (`linear1`) → ReLU →
/// linear → C (`linear2`) → sigmoid; the result scales the channels of the input.
class SqueezeExcitationImpl : public torch::nn::Module {
 public:
  /// `reduction`: hidden units are C / reduction; 0: one.
  SqueezeExcitationImpl(int channels, int reduction);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Linear linear1_{nullptr}, linear2_{nullptr};
};
TORCH_MODULE(SqueezeExcitation);

/// ReLU of a result that nobody else uses, such as a convolution's, a batch norm's or a sum's.
/// While the network learns, in the result's own memory; the same values either way.
torch::Tensor rectified(torch::Tensor x);

/// Bilinear resizing of [N, C, …, …] without aligned corners; the input itself where it has that
/// size.
torch::Tensor resized(const torch::Tensor& x, std::int64_t height, std::int64_t width);
/// The same to the height and width of `like`.
torch::Tensor resized_like(const torch::Tensor& x, const torch::Tensor& like);

/// Bilinear resizing with aligned corners, as the networks of Table VII were published with, to the
/// height and width of `like`.
torch::Tensor resized_aligned_like(const torch::Tensor& x, const torch::Tensor& like);

/// Repeats the last row and the last column of [N, C, h, w] until height and width are multiples of
/// `step`; the input itself where they are.
torch::Tensor extended_to_multiple(const torch::Tensor& x, std::int64_t step);
/// The upper left part of `x` that has the height and width of `like`, which takes back what
/// extended_to_multiple() added.
torch::Tensor cropped_like(const torch::Tensor& x, const torch::Tensor& like);

/// He's initialisation for ReLU networks: convolutions by fan-out, biases zero.
void initialise(torch::nn::Module& module);

/// While one lives, initialise() does nothing on this thread: who fills a network from a file has
/// no use for random values, which take longer than reading does.
class WithoutInitialisation {
 public:
  WithoutInitialisation();
  ~WithoutInitialisation();
  WithoutInitialisation(const WithoutInitialisation&) = delete;
  WithoutInitialisation& operator=(const WithoutInitialisation&) = delete;

 private:
  bool before_;
};

}  // namespace jcs::models
