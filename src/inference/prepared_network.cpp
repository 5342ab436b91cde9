#include "prepared_network.hpp"

#include <limits>
#include <utility>

#include <ATen/DeviceAccelerator.h>
#include <c10/core/StreamGuard.h>
#include <torch/torch.h>

#include "device_stream.hpp"
#include "fitting_batches.hpp"

namespace jcs::inference {

namespace {

// Pictures of an evaluation may have any number of shapes; a study has one or two.
constexpr std::size_t kMostPrograms = 16;

}  // namespace

PreparedNetwork::PreparedNetwork(TensorsByName tensors, Twin twin, const Target& target)
    : tensors_(std::move(tensors)),
      twin_(std::move(twin)),
      target_(target),
      memory_(target.device),
      stream_(device_stream(target.device)),
      recorder_(graph_recorder(target.device)) {}

at::Tensor PreparedNetwork::placed(const at::Tensor& input) const {
  return input.to(target_.device).contiguous(torch::MemoryFormat::ChannelsLast);
}

PreparedNetwork::Ready& PreparedNetwork::ready_for(const at::Tensor& input) {
  use_threads(target_);
  std::vector<std::int64_t> shape = input.sizes().vec();
  if (twin_.any_batch) shape.front() = 1;
  const auto known = ready_.find(shape);
  if (known != ready_.end()) return known->second;
  if (ready_.size() >= kMostPrograms) ready_.clear();
  // Tracing notes operations that inference mode hides.
  const c10::InferenceMode noted_whole(false);
  const Trace noted = trace(*twin_.network, twin_.run, shape);
  Program program(noted, tensors_, target_, convolutions_);
  return ready_.try_emplace(shape, std::move(program), Replays(recorder_)).first->second;
}

std::int64_t& PreparedNetwork::most_at_once(const at::Tensor& input) {
  const auto [at, first] =
      most_.try_emplace(input.sizes().slice(1).vec(), std::numeric_limits<std::int64_t>::max());
  if (first && stream_) {
    at->second = fitting_slices(work(input).bytes, free_memory(target_.device));
  }
  return at->second;
}

void PreparedNetwork::make_room() {
  for (auto& [shape, ready] : ready_) ready.replays.clear();
  if (stream_) at::accelerator::emptyCache();
}

at::Tensor PreparedNetwork::run_there(const at::Tensor& input) {
  const c10::InferenceMode inference;
  return in_fitting_batches(
      input, most_at_once(input),
      [&](const at::Tensor& part) {
        Ready& ready = ready_for(part);
        return ready.replays.run(part, [&](const at::Tensor& x) {
          return ready.program.run(x, memory_).to(torch::kFloat);
        });
      },
      [&] { make_room(); });
}

at::Tensor PreparedNetwork::run(const at::Tensor& input) {
  const c10::InferenceMode inference;
  const c10::OptionalStreamGuard guard(stream_);
  return run_there(placed(input)).to(torch::kCPU).contiguous();
}

Program::Work PreparedNetwork::work(const at::Tensor& input) {
  return ready_for(input.narrow(0, 0, 1)).program.work();
}

std::vector<Program::Cost> PreparedNetwork::profile(const at::Tensor& input) {
  const c10::InferenceMode inference;
  const c10::OptionalStreamGuard guard(stream_);
  const at::Tensor there = placed(input);
  return ready_for(there).program.profile(there, memory_);
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
