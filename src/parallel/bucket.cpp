#include "bucket.hpp"

#include <ATen/ATen.h>

namespace jcs::parallel {

Bucket::Bucket(std::vector<torch::Tensor> parameters) : parameters_(std::move(parameters)) {
  std::int64_t elements = 0;
  for (const torch::Tensor& parameter : parameters_) {
    elements += parameter.numel();
  }
  const auto count = static_cast<std::int64_t>(parameters_.size());
  const torch::NoGradGuard no_grad;
  buffer_ = torch::zeros({elements + count}, parameters_.front().options().requires_grad(false));
  present_ = buffer_.narrow(0, elements, count);
  std::int64_t offset = 0;
  for (const torch::Tensor& parameter : parameters_) {
    // In the parameter's own order of elements (channels last, say), which its gradient mostly has.
    const bool dense = parameter.is_non_overlapping_and_dense();
    const torch::Tensor slot = buffer_.narrow(0, offset, parameter.numel());
    slots_.push_back(dense ? slot.as_strided(parameter.sizes(), parameter.strides())
                           : slot.view(parameter.sizes()));
    offset += parameter.numel();
  }
}

void Bucket::pack() {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> slots, gradients;
  present_.fill_(1);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].grad().defined()) {
      slots.push_back(slots_[i]);
      gradients.push_back(parameters_[i].grad());
    } else {
      slots_[i].zero_();
      present_[static_cast<std::int64_t>(i)].zero_();
    }
  }
  if (!slots.empty()) {
    at::_foreach_copy_(slots, gradients);
  }
}

void Bucket::unpack() {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> slots, gradients;
  torch::Tensor present;  // fetched from the device only where it is asked for
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor& gradient = parameters_[i].mutable_grad();
    if (gradient.defined()) {
      slots.push_back(slots_[i]);
      gradients.push_back(gradient);
      continue;
    }
    if (!present.defined()) {
      present = present_.to(torch::kCPU, torch::kFloat);
    }
    if (present[static_cast<std::int64_t>(i)].item<float>() > 0) {
      gradient = slots_[i].clone();
    }
  }
  if (!slots.empty()) {
    at::_foreach_copy_(gradients, slots);
  }
}

}  // namespace jcs::parallel
