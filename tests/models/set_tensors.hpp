#pragma once

#include <map>
#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace jcs::test {

/// Gives the named parameters or buffers of a module these values and zeroes every other parameter
/// that is no batch norm's, so that a network's output can be worked out by hand.
inline void set_tensors(torch::nn::Module& module,
                        const std::map<std::string, torch::Tensor>& values) {
  const torch::NoGradGuard no_grad;
  auto missing = values;
  for (auto& item : module.named_parameters()) {
    const auto found = missing.find(item.key());
    if (found == missing.end()) {
      item.value().zero_();
    } else {
      item.value().copy_(found->second.view(item.value().sizes()));
      missing.erase(found);
    }
  }
  for (auto& item : module.named_buffers()) {
    if (const auto found = missing.find(item.key()); found != missing.end()) {
      item.value().copy_(found->second.view(item.value().sizes()));
      missing.erase(found);
    }
  }
  for (const auto& [name, value] : missing) {
    ADD_FAILURE() << "the module has no tensor " << name;
  }
}

/// A convolution's weight that hands channel i to channel i: ones in the middle of the kernel.
inline torch::Tensor identity_kernel(int channels, int kernel) {
  auto weight = torch::zeros({channels, channels, kernel, kernel});
  for (int c = 0; c < channels; ++c) {
    weight[c][c][kernel / 2][kernel / 2] = 1;
  }
  return weight;
}

}  // namespace jcs::test
