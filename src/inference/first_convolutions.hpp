#pragma once

#include <cstdint>
#include <unordered_set>

#include <torch/csrc/jit/ir/ir.h>

namespace jcs::inference {

/// The convolutions between a network's input and its first convolution of small maps, an eighth of
/// the input's size, on every way: of two networks in one graph each has its own.
/// @param height, width of the graph's input
std::unordered_set<const torch::jit::Node*> first_convolutions(torch::jit::Graph& graph,
                                                               std::int64_t height,
                                                               std::int64_t width);

}  // namespace jcs::inference
