#include "batch_norm_step.hpp"

#include <cmath>
#include <vector>

#include <torch/torch.h>

#include "jcs/kernels/batch_norm.hpp"
#include "jcs/models/workers.hpp"

namespace jcs::models {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

kernels::Pixels pixels_of(const torch::Tensor& maps) {
  const auto channels = static_cast<int>(maps.size(1));
  return {maps.const_data_ptr<float>(), maps.numel() / channels, channels};
}

/// One value for each channel.
class ByChannel {
 public:
  explicit ByChannel(std::int64_t channels)
      : tensor_(torch::empty({channels}, torch::kFloat)), data_(tensor_.data_ptr<float>()) {}
  float& operator[](std::size_t channel) { return data_[channel]; }
  [[nodiscard]] const float* data() const { return data_; }
  [[nodiscard]] const torch::Tensor& tensor() const { return tensor_; }

 private:
  torch::Tensor tensor_;
  float* data_;
};

class BatchNormStep : public torch::autograd::Function<BatchNormStep> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               torch::Tensor running_mean, torch::Tensor running_var, bool relu) {
    TORCH_CHECK(x.size(1) == weight.numel(), "a batch normalisation of ", weight.numel(),
                " channels got ", x.size(1));
    constexpr double kEpsilon = 1e-5, kMomentum = 0.1;
    const kernels::InstructionSet set = torch_instructions();
    const kernels::Workers workers = torch_workers();
    const kernels::Pixels pixels = pixels_of(x);
    const kernels::Moments moments = kernels::channel_moments(pixels, set, workers);
    const float *scale = weight.const_data_ptr<float>(), *shift = bias.const_data_ptr<float>();
    ByChannel mean(pixels.channels), inverse(pixels.channels), factor(pixels.channels),
        offset(pixels.channels);
    auto* const means = running_mean.mutable_data_ptr<float>();
    auto* const variances = running_var.mutable_data_ptr<float>();
    const double unbiased =
        static_cast<double>(pixels.count) / static_cast<double>(pixels.count - 1);
    for (std::size_t c = 0; c < moments.mean.size(); ++c) {
      const double deviation = 1.0 / std::sqrt(moments.variance[c] + kEpsilon);
      mean[c] = static_cast<float>(moments.mean[c]);
      inverse[c] = static_cast<float>(deviation);
      factor[c] = static_cast<float>(scale[c] * deviation);
      offset[c] = static_cast<float>(shift[c] - scale[c] * deviation * moments.mean[c]);
      const auto moved = [&](float from, double to) {
        return static_cast<float>((1 - kMomentum) * from + kMomentum * to);
      };
      means[c] = moved(means[c], moments.mean[c]);
      variances[c] = moved(variances[c], moments.variance[c] * unbiased);
    }
    torch::Tensor y = torch::empty_like(x);
    kernels::scale_channels(pixels, factor.data(), offset.data(), relu, y.mutable_data_ptr<float>(),
                            set, workers);
    context->save_for_backward(
        {x, weight, mean.tensor(), inverse.tensor(), relu ? y : torch::Tensor()});
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "a batch normalisation's gradients cannot be differentiated");
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &mean = saved[2], &inverse = saved[3],
                        &y = saved[4];
    const torch::Tensor dy = gradients[0].contiguous(kChannelsLast);
    const kernels::ResultGradient gradient = {dy.const_data_ptr<float>(),
                                              y.defined() ? y.const_data_ptr<float>() : nullptr};
    const kernels::InstructionSet set = torch_instructions();
    const kernels::Workers workers = torch_workers();
    const kernels::Pixels pixels = pixels_of(x);
    const auto* const means = mean.const_data_ptr<float>();
    const kernels::GradientSums sums =
        kernels::gradient_sums(gradient, pixels, means, set, workers);

    // With x̂ = (x − mean) / σ: dx = w/σ · (g − mean of g − x̂ · mean of g x̂).
    ByChannel dweight(pixels.channels), dbias(pixels.channels), factor(pixels.channels),
        slope(pixels.channels), offset(pixels.channels);
    const auto *scale = weight.const_data_ptr<float>(), *inverses = inverse.const_data_ptr<float>();
    const auto count = static_cast<double>(pixels.count);
    for (std::size_t c = 0; c < sums.plain.size(); ++c) {
      const double deviation = inverses[c], whole = scale[c] * deviation;
      dweight[c] = static_cast<float>(sums.centred[c] * deviation);
      dbias[c] = static_cast<float>(sums.plain[c]);
      factor[c] = static_cast<float>(whole);
      slope[c] = static_cast<float>(-whole * deviation * deviation * sums.centred[c] / count);
      offset[c] = static_cast<float>(-whole * sums.plain[c] / count);
    }
    torch::Tensor dx;
    if (context->needs_input_grad(0)) {
      dx = torch::empty_like(x);
      kernels::input_gradient(
          gradient, pixels,
          {.mean = means, .factor = factor.data(), .slope = slope.data(), .offset = offset.data()},
          dx.mutable_data_ptr<float>(), set, workers);
    }
    return {dx, dweight.tensor(), dbias.tensor(), {}, {}, {}};
  }
};

}  // namespace

bool can_be_normalised(const torch::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == torch::kFloat && x.dim() == 4 && x.numel() > 0 &&
         x.is_contiguous(kChannelsLast) && !x.is_contiguous();
}

torch::Tensor normalised_by_batch(const torch::Tensor& x, const BatchNormTensors& norm, bool relu) {
  return BatchNormStep::apply(x, norm.weight, norm.bias, norm.running_mean, norm.running_var, relu);
}

}  // namespace jcs::models
