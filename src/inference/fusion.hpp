#pragma once

#include <map>
#include <set>
#include <string>

#include <torch/csrc/jit/ir/ir.h>

namespace jcs::inference {

/// A convolution in a traced network with what is done in one step with it.
struct FusedConvolution {
  torch::jit::Node* convolution = nullptr;
  torch::jit::Node* batch_norm = nullptr;
  torch::jit::Value* addend = nullptr;
  bool relu = false;
  torch::jit::Value* result = nullptr;
};

/// What of a traced network is done in one step.
struct Fusions {
  std::map<torch::jit::Node*, FusedConvolution> by_last;  ///< by the last operation of the step
  std::set<torch::jit::Node*> absorbed;                   ///< operations that need no step
};

/// Finds convolutions followed, each by nothing else, by a batch norm that is not training, a sum,
/// a ReLU; and a ReLU of joined convolutions, which is one of each.
Fusions find_fusions(torch::jit::Graph& graph);

/// Whether this is the operation of that name.
bool is(const torch::jit::Node* node, const char* name);
/// The shape that a value had when it was traced.
std::vector<std::int64_t> shape_of(const torch::jit::Value* value);
/// A constant that is known without running anything.
c10::IValue constant(const torch::jit::Value* value);

}  // namespace jcs::inference
