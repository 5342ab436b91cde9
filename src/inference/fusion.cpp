#include "fusion.hpp"

#include <torch/csrc/jit/ir/constants.h>

namespace jcs::inference {

using torch::jit::Node;

namespace {

/// Who alone uses a value; null where several do, or nobody, or the network hands it out.
Node* only_user(const torch::jit::Value* value) {
  if (value->uses().size() != 1) return nullptr;
  Node* user = value->uses().front().user;
  return user->kind() == torch::jit::prim::Return ? nullptr : user;
}

bool plain_convolution(Node* node) {
  return is(node, "aten::_convolution") && !constant(node->input(6)).toBool() &&
         shape_of(node->output()).size() == 4;
}

torch::jit::Value* other_summand(Node* sum, const torch::jit::Value* value) {
  if (constant(sum->input(2)).toScalar().toDouble() != 1.0) return nullptr;
  torch::jit::Value* other = sum->input(0) == value ? sum->input(1) : sum->input(0);
  return other != value && shape_of(other) == shape_of(value) ? other : nullptr;
}

class Finder {
 public:
  explicit Finder(torch::jit::Graph& graph) {
    for (Node* node : graph.nodes()) {
      if (plain_convolution(node)) follow(node);
    }
    for (Node* node : graph.nodes()) {
      if (is(node, "aten::relu")) move_into_parts(node);
    }
  }

  Fusions take() { return std::move(found_); }

 private:
  void follow(Node* convolution) {
    FusedConvolution fused;
    fused.convolution = convolution;
    Node* last = convolution;
    const auto next = [&](const char* name) -> Node* {
      Node* user = only_user(last->output());
      return user != nullptr && is(user, name) && !found_.by_last.contains(user) ? user : nullptr;
    };
    const auto take = [&](Node* node) {
      found_.absorbed.insert(last);
      last = node;
    };
    if (Node* norm = next("aten::batch_norm");
        norm != nullptr && !constant(norm->input(5)).toBool()) {
      fused.batch_norm = norm;
      take(norm);
    }
    if (Node* sum = next("aten::add"); sum != nullptr && !found_.absorbed.contains(sum)) {
      if (torch::jit::Value* other = other_summand(sum, last->output())) {
        fused.addend = other;
        take(sum);
      }
    }
    if (Node* relu = next("aten::relu")) {
      fused.relu = true;
      take(relu);
    }
    fused.result = last->output();
    found_.by_last.emplace(last, fused);
  }

  // relu(cat(a, b)) = cat(relu(a), relu(b)); the ReLU itself then does nothing.
  void move_into_parts(Node* relu) {
    Node* join = relu->input()->node();
    if (!is(join, "aten::cat") || only_user(join->output()) != relu) return;
    Node* list = join->input(0)->node();
    for (torch::jit::Value* part : list->inputs()) {
      if (only_user(part) != list || !found_.by_last.contains(part->node())) return;
    }
    for (torch::jit::Value* part : list->inputs()) found_.by_last.at(part->node()).relu = true;
    relu->output()->replaceAllUsesWith(join->output());
    found_.absorbed.insert(relu);
  }

  Fusions found_;
};

}  // namespace

Fusions find_fusions(torch::jit::Graph& graph) { return Finder(graph).take(); }

bool is(const Node* node, const char* name) {
  return node->kind() == c10::Symbol::fromQualString(name);
}

std::vector<std::int64_t> shape_of(const torch::jit::Value* value) {
  const auto type = value->type()->cast<c10::TensorType>();
  const auto sizes = type ? type->sizes().concrete_sizes() : std::nullopt;
  return sizes.value_or(std::vector<std::int64_t>{});
}

c10::IValue constant(const torch::jit::Value* value) {
  const auto known = torch::jit::toIValue(value);
  TORCH_CHECK(known.has_value(),
              "a traced network computes what should be constant: ", *value->node());
  return *known;
}

}  // namespace jcs::inference
