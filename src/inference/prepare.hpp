#pragma once

#include <torch/types.h>

#include "jcs/inference/runner_options.hpp"

#include "target.hpp"

namespace torch::nn {
class Module;
}

namespace jcs::inference {

/// Slices at once where nobody said how many.
struct BatchSizes {
  int cpu = 1;
  int cuda = 1;
};

/// On a CPU as many rounds of one slice a thread as have that many slices, and one at least.
int batch_size_for(const RunnerOptions& options, const Target& target, BatchSizes sizes);

/// Makes a network ready to run as LibTorch runs it: evaluation mode, no gradients of weights, on
/// the device, weights of convolutions in channels-last order.
void prepare(torch::nn::Module& network, const torch::Device& device);

/// A batch on the device in the order that such networks are fast with.
at::Tensor on_device(const at::Tensor& input, const torch::Device& device);

}  // namespace jcs::inference
