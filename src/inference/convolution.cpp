#include "convolution.hpp"

#include <span>

#include "library_convolution.hpp"
#include "own_convolution.hpp"

namespace jcs::inference {

std::shared_ptr<const Convolution> ready_convolution(const ConvolutionOptions& options,
                                                     const Target& target) {
  if (target.own_kernels()) {
    if (auto own = own_convolution(options, target)) return own;
  }
  return library_convolution(options, target);
}

void fold(const BatchNormTensors& norm, ConvolutionOptions& convolution) {
  const auto wide = [](const at::Tensor& t) { return t.to(torch::kDouble); };
  const at::Tensor factor = wide(norm.weight) / (wide(norm.variance) + norm.epsilon).sqrt();
  at::Tensor offset = wide(norm.bias) - wide(norm.mean) * factor;
  if (convolution.bias.defined()) offset = offset + wide(convolution.bias) * factor;
  convolution.weight =
      (wide(convolution.weight) * factor.view({-1, 1, 1, 1})).to(torch::kFloat).contiguous();
  convolution.bias = offset.to(torch::kFloat);
}

}  // namespace jcs::inference
