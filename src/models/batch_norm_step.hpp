#pragma once

#include <torch/types.h>

namespace jcs::models {

/// What a batch normalisation learns and keeps, each [C].
struct BatchNormTensors {
  torch::Tensor weight, bias, running_mean, running_var;
};

/// Whether normalised_by_batch() takes these maps: fp32 on a CPU, channels last.
bool can_be_normalised(const torch::Tensor& x);

/// A step of a batch normalisation that learns, and with `relu` the ReLU behind it: [N, C, h, w] →
/// [N, C, h, w]. LibTorch's own takes twice as long for maps with channels last, most of all for
/// few channels, and goes through memory two times more for the ReLU. The same for any number of
/// threads; gradients cannot be differentiated again.
/// The running figures move by a tenth towards the batch's, the variance's unbiased.
torch::Tensor normalised_by_batch(const torch::Tensor& x, const BatchNormTensors& norm, bool relu);

}  // namespace jcs::models
