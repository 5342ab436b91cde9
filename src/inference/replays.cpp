#include "replays.hpp"

#include <torch/torch.h>

namespace jcs::inference {

namespace {

// Batches of a study have two sizes: whole ones and the last.
constexpr std::size_t kMostShapes = 4;

}  // namespace

at::Tensor Replays::run(const at::Tensor& input, const Work& work) {
  if (!recorder_) return work(input);
  if (seen_.size() >= kMostShapes && !seen_.contains(input.sizes().vec())) seen_.clear();
  const auto [at, first] = seen_.try_emplace(input.sizes().vec());
  Shape& shape = at->second;
  if (first || shape.fails) return work(input);
  if (!shape.graph) {
    shape.input = input.clone();
    shape.graph = recorder_([&] { shape.answer = work(shape.input); });
    if (!shape.graph) {
      shape.fails = true;
      shape.input.reset();
      shape.answer.reset();
      return work(input);
    }
  } else {
    shape.input.copy_(input);
  }
  shape.graph->replay();
  return shape.answer.clone();  // the next replay writes over it
}

}  // namespace jcs::inference
