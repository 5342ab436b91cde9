#include "jcs/models/blocks.hpp"

#include <algorithm>
#include <utility>

#include <torch/torch.h>

#include "jcs/core/error.hpp"

#include "batch_norm_step.hpp"

namespace jcs::models {

namespace nn = torch::nn;

BatchNormImpl::BatchNormImpl(int channels, Norm norm) : norm_(norm) {
  const auto add = [&](const char* name, const torch::Tensor& value) {
    return norm == Norm::kFrozen ? register_buffer(name, value) : register_parameter(name, value);
  };
  weight_ = add("weight", torch::ones({channels}));
  bias_ = add("bias", torch::zeros({channels}));
  running_mean_ = register_buffer("running_mean", torch::zeros({channels}));
  running_var_ = register_buffer("running_var", torch::ones({channels}));
  if (norm == Norm::kTrained) {
    num_batches_tracked_ = register_buffer("num_batches_tracked", torch::zeros({}, torch::kInt64));
  }
}

torch::Tensor BatchNormImpl::forward(const torch::Tensor& x) { return normalised(x, false); }

torch::Tensor BatchNormImpl::rectified(const torch::Tensor& x) { return normalised(x, true); }

torch::Tensor BatchNormImpl::normalised(const torch::Tensor& x, bool relu) {
  if (norm_ == Norm::kTrained && is_training()) {
    // LibTorch would quietly make the running variance not a number.
    if (x.numel() == x.size(1)) {
      throw UsageError({"batch normalisation cannot learn from one value per channel", "training",
                        "a larger batch or larger slices"});
    }
    num_batches_tracked_ += 1;
    if (can_be_normalised(x)) {
      return normalised_by_batch(x, {weight_, bias_, running_mean_, running_var_}, relu);
    }
  }
  const torch::Tensor y = by_libtorch(x);
  return relu ? models::rectified(y) : y;
}

torch::Tensor BatchNormImpl::by_libtorch(const torch::Tensor& x) {
  if (norm_ == Norm::kFrozen) {
    return torch::batch_norm(x, weight_, bias_, running_mean_, running_var_, false, 0.0, 0.0, true);
  }
  return torch::batch_norm(x, weight_, bias_, running_mean_, running_var_, is_training(), 0.1, 1e-5,
                           true);
}

ConvBlockImpl::ConvBlockImpl(const ConvBlockOptions& options) {
  conv_ =
      register_module("conv", nn::Conv2d(nn::Conv2dOptions(options.in, options.out, options.kernel)
                                             .padding(options.dilation * (options.kernel / 2))
                                             .dilation(options.dilation)));
  if (options.batch_norm) {
    bn_ = register_module("bn", BatchNorm(options.out, options.norm));
  }
}

torch::Tensor ConvBlockImpl::forward(const torch::Tensor& x) {
  const torch::Tensor y = conv_->forward(x);
  return bn_ ? bn_->rectified(y) : rectified(y);
}

SqueezeExcitationImpl::SqueezeExcitationImpl(int channels, int reduction) {
  const int hidden = reduction == 0 ? 1 : std::max(1, channels / reduction);
  linear1_ = register_module("linear1", nn::Linear(channels, hidden));
  linear2_ = register_module("linear2", nn::Linear(hidden, channels));
}

torch::Tensor SqueezeExcitationImpl::forward(const torch::Tensor& x) {
  const auto squeezed = torch::relu(linear1_->forward(x.mean({2, 3})));
  return x * torch::sigmoid(linear2_->forward(squeezed)).unsqueeze(-1).unsqueeze(-1);
}

torch::Tensor rectified(torch::Tensor x) {
  return torch::GradMode::is_enabled() && x.requires_grad() && !x.is_leaf() ? torch::relu_(x)
                                                                            : torch::relu(x);
}

torch::Tensor resized(const torch::Tensor& x, std::int64_t height, std::int64_t width) {
  if (x.size(2) == height && x.size(3) == width) {
    return x;
  }
  return torch::upsample_bilinear2d(x, {height, width}, false);
}

torch::Tensor resized_like(const torch::Tensor& x, const torch::Tensor& like) {
  return resized(x, like.size(2), like.size(3));
}

torch::Tensor resized_aligned_like(const torch::Tensor& x, const torch::Tensor& like) {
  if (x.size(2) == like.size(2) && x.size(3) == like.size(3)) {
    return x;
  }
  return torch::upsample_bilinear2d(x, {like.size(2), like.size(3)}, true);
}

torch::Tensor extended_to_multiple(const torch::Tensor& x, std::int64_t step) {
  const auto lacking = [&](int dim) { return (step - x.size(dim) % step) % step; };
  if (lacking(2) == 0 && lacking(3) == 0) {
    return x;
  }
  return torch::replication_pad2d(x, {0, lacking(3), 0, lacking(2)});
}

torch::Tensor cropped_like(const torch::Tensor& x, const torch::Tensor& like) {
  if (x.size(2) == like.size(2) && x.size(3) == like.size(3)) {
    return x;
  }
  return x.narrow(2, 0, like.size(2)).narrow(3, 0, like.size(3)).contiguous();
}

namespace {

thread_local bool g_initialises = true;

}  // namespace

WithoutInitialisation::WithoutInitialisation() : before_(std::exchange(g_initialises, false)) {}
WithoutInitialisation::~WithoutInitialisation() { g_initialises = before_; }

void initialise(nn::Module& module) {
  if (!g_initialises) return;
  const torch::NoGradGuard no_grad;
  for (const auto& child : module.modules(/*include_self=*/false)) {
    if (auto* conv = child->as<nn::Conv2d>()) {
      nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
      if (conv->bias.defined()) {
        conv->bias.zero_();
      }
    }
  }
}

}  // namespace jcs::models
