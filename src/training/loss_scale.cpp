#include "jcs/training/loss_scale.hpp"

#include <torch/torch.h>

namespace jcs::training {

bool LossScale::unscale(const std::vector<torch::Tensor>& gradients) {
  const torch::NoGradGuard no_grad;
  bool finite = true;
  const double inverse = 1.0 / state_.scale;
  torch::Tensor bad;
  for (const torch::Tensor& gradient : gradients) {
    gradient.mul_(inverse);
    const torch::Tensor here = torch::isfinite(gradient).all().logical_not();
    bad = bad.defined() ? bad.logical_or(here) : here;
  }
  finite = !bad.defined() || !bad.item<bool>();
  if (!finite) {
    state_ = {state_.scale * 0.5, 0};
  } else if (++state_.steps == kGrowthInterval) {
    state_ = {state_.scale * 2.0, 0};
  }
  return finite;
}

}  // namespace jcs::training
