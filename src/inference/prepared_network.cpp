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

// On a CPU. Threads that share an operation wait for each other at the end of each, and what one
// has written is in another's cache; threads that have a slice each do neither. But each of them
// walks through all weights, which pays where a core's cache holds them or where there is much to
// do for each of them.
constexpr double kSmallWeights = double{8U << 20U};         // bytes
constexpr double kMuchToDo = 400;                           // operations a byte
constexpr std::size_t kMostMemory = std::size_t{4} << 30U;  // of the maps of all threads' slices

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

PreparedNetwork::Ready& PreparedNetwork::ready_for(at::IntArrayRef sizes) {
  use_threads(target_);
  std::vector<std::int64_t> shape = sizes.vec();
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

at::Tensor PreparedNetwork::answer(const Ready& ready, const at::Tensor& input,
                                   Memory& memory) const {
  return ready.program.run(input, memory).to(torch::kFloat);
}

bool PreparedNetwork::takes_slices_apart(Ready& ready, const at::Tensor& batch, const Make& make) {
  if (batch.size(0) == 1) return false;
  double weights = 0;
  for (const auto& [name, tensor] : tensors_) weights += static_cast<double>(tensor.nbytes());
  if (weights > kSmallWeights &&
      static_cast<double>(ready.program.work().operations) < kMuchToDo * weights) {
    return false;
  }
  if (ready.slice_memory == 0) {
    Memory memory(target_.device);
    static_cast<void>(answer(ready, make(batch.narrow(0, 0, 1), memory), memory));
    ready.slice_memory = memory.held();
  }
  return ready.slice_memory * static_cast<std::size_t>(target_.threads) <= kMostMemory;
}

at::Tensor PreparedNetwork::run_apart(const Ready& ready, const at::Tensor& batch,
                                      const Make& make) {
  std::vector<at::Tensor> answers(static_cast<std::size_t>(batch.size(0)));
  const auto one = [&](std::int64_t i) {
    const c10::InferenceMode inference;
    answers[static_cast<std::size_t>(i)] =
        answer(ready, make(batch.narrow(0, i, 1), memory_), memory_);
  };
  // What is left over of a round is a work for all threads.
  const kernels::Workers workers = torch_workers();
  const std::int64_t rounds = batch.size(0) / workers.threads * workers.threads;
  workers.run(rounds, one);
  for (std::int64_t i = rounds; i < batch.size(0); ++i) one(i);
  return at::cat(answers);
}

at::Tensor PreparedNetwork::run_here(const at::Tensor& batch, const Make& make) {
  const c10::InferenceMode inference;
  Ready& slice = ready_for({1, 3, batch.size(-2), batch.size(-1)});
  return takes_slices_apart(slice, batch, make) ? run_apart(slice, batch, make)
                                                : run_there(make(batch, memory_));
}

at::Tensor PreparedNetwork::run_there(const at::Tensor& input) {
  const c10::InferenceMode inference;
  return in_fitting_batches(
      input, most_at_once(input),
      [&](const at::Tensor& part) {
        Ready& ready = ready_for(part.sizes());
        return ready.replays.run(part,
                                 [&](const at::Tensor& x) { return answer(ready, x, memory_); });
      },
      [&] { make_room(); });
}

at::Tensor PreparedNetwork::run(const at::Tensor& input) {
  const c10::InferenceMode inference;
  if (target_.device.is_cpu()) {
    return run_here(input, [this](const at::Tensor& part, Memory&) { return placed(part); })
        .contiguous();
  }
  const c10::OptionalStreamGuard guard(stream_);
  return run_there(placed(input)).to(torch::kCPU).contiguous();
}

Program::Work PreparedNetwork::work(const at::Tensor& input) {
  return ready_for(input.narrow(0, 0, 1).sizes()).program.work();
}

std::vector<Program::Cost> PreparedNetwork::profile(const at::Tensor& input) {
  const c10::InferenceMode inference;
  const c10::OptionalStreamGuard guard(stream_);
  const at::Tensor there = placed(input);
  return ready_for(there.sizes()).program.profile(there, memory_);
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
