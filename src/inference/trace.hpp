#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace torch::jit {
struct Graph;
}

namespace jcs::inference {

/// What a network does to an input of one shape: its operations in order, every size in them fixed.
/// The graph's first input is the network's, the others are the tensors of these names.
struct Trace {
  std::shared_ptr<torch::jit::Graph> graph;
  std::vector<std::string> tensors;
};

/// Runs a network once on an input of this shape and notes what it does. The operations do not
/// depend on how many channels the network has inside, so that one with few stands in for one with
/// many.
/// @param run the part of `network` that is wanted
Trace trace(torch::nn::Module& network, const std::function<at::Tensor(const at::Tensor&)>& run,
            at::IntArrayRef input);

}  // namespace jcs::inference
