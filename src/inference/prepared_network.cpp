#include "prepared_network.hpp"

#include <utility>

#include <torch/torch.h>

namespace jcs::inference {

namespace {

// Pictures of an evaluation may have any number of shapes; a study has one or two.
constexpr std::size_t kMostPrograms = 16;

}  // namespace

PreparedNetwork::PreparedNetwork(TensorsByName tensors, Twin twin, const Target& target)
    : tensors_(std::move(tensors)),
      twin_(std::move(twin)),
      target_(target),
      memory_(target.device) {}

at::Tensor PreparedNetwork::placed(const at::Tensor& input) const {
  return input.to(target_.device).contiguous(torch::MemoryFormat::ChannelsLast);
}

const Program& PreparedNetwork::program_for(const at::Tensor& input) {
  use_threads(target_);
  std::vector<std::int64_t> shape = input.sizes().vec();
  if (twin_.any_batch) shape.front() = 1;
  const auto known = programs_.find(shape);
  if (known != programs_.end()) return known->second;
  if (programs_.size() >= kMostPrograms) programs_.clear();
  const Trace noted = trace(*twin_.network, twin_.run, shape);
  return programs_.try_emplace(shape, noted, tensors_, target_, convolutions_).first->second;
}

at::Tensor PreparedNetwork::run(const at::Tensor& input) {
  const Program& program = program_for(input);
  const c10::InferenceMode inference;
  return program.run(placed(input), memory_).to(torch::kCPU, torch::kFloat).contiguous();
}

std::vector<Program::Cost> PreparedNetwork::profile(const at::Tensor& input) {
  const Program& program = program_for(input);
  const c10::InferenceMode inference;
  return program.profile(placed(input), memory_);
}

TensorsByName tensors_of(const torch::nn::Module& network) {
  TensorsByName tensors;
  for (const auto& item : network.named_parameters()) {
    tensors.emplace(item.key(), item.value().detach());
  }
  for (const auto& item : network.named_buffers()) tensors.emplace(item.key(), item.value());
  return tensors;
}

}  // namespace jcs::inference
