#include "trace.hpp"

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

namespace jcs::inference {

Trace trace(torch::nn::Module& network, const std::function<at::Tensor(const at::Tensor&)>& run,
            at::IntArrayRef input) {
  const torch::NoGradGuard no_grad;
  network.eval();
  Trace result;
  // The tensors are inputs too: so they keep apart from the constants of the network's code.
  torch::jit::Stack inputs = {at::zeros(input)};
  const auto take = [&](const auto& named) {
    for (const auto& item : named) {
      item.value().requires_grad_(false);
      result.tensors.push_back(item.key());
      inputs.emplace_back(item.value());
    }
  };
  take(network.named_parameters());
  take(network.named_buffers());

  const auto traced = torch::jit::tracer::trace(
      std::move(inputs),
      [&](torch::jit::Stack stack) -> torch::jit::Stack { return {run(stack.front().toTensor())}; },
      [](const torch::autograd::Variable&) { return std::string(); });
  result.graph = traced.first->graph;
  torch::jit::ConstantPropagation(result.graph);
  torch::jit::EliminateDeadCode(result.graph);
  return result;
}

}  // namespace jcs::inference
