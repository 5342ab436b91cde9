#include "first_convolutions.hpp"

#include <algorithm>
#include <vector>

#include "fusion.hpp"

namespace jcs::inference {

namespace jit = torch::jit;

namespace {

using Some = std::unordered_set<const jit::Value*>;

template <class Values>
bool any_of(const Values& values, const Some& some) {
  return std::ranges::any_of(values, [&](const jit::Value* v) { return some.contains(v); });
}

}  // namespace

std::unordered_set<const jit::Node*> first_convolutions(jit::Graph& graph, std::int64_t height,
                                                        std::int64_t width) {
  const auto of_small_maps = [&](const jit::Node* node) {
    if (!is(node, "aten::_convolution")) return false;
    const std::vector<std::int64_t> maps = shape_of(node->input(0));
    if (maps.size() != 4 || maps[2] * maps[3] == 1) return false;  // means of maps are no map
    constexpr std::int64_t kFine = 4;
    // Halving an odd size rounds down.
    return kFine * (maps[2] + 1) <= height || kFine * (maps[3] + 1) <= width;
  };
  Some coarse, on_the_way;
  for (const jit::Node* node : graph.nodes()) {
    if (of_small_maps(node) || any_of(node->inputs(), coarse)) {
      coarse.insert(node->outputs().begin(), node->outputs().end());
    }
  }
  std::unordered_set<const jit::Node*> first;
  for (const jit::Node* node : graph.nodes().reverse()) {
    const bool leads = any_of(node->outputs(), on_the_way);
    if (leads || of_small_maps(node)) {
      on_the_way.insert(node->inputs().begin(), node->inputs().end());
    }
    if (leads && is(node, "aten::_convolution") && !any_of(node->outputs(), coarse)) {
      first.insert(node);
    }
  }
  return first;
}

}  // namespace jcs::inference
