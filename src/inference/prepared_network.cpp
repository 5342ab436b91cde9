#include "prepared_network.hpp"

#include <algorithm>
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
constexpr double kSmallWeights = double{8U << 20U};  // bytes
constexpr double kMuchToDo = 400;                    // operations a byte
constexpr std::int64_t kMostShared = 16;             // slices at once that threads share

}  // namespace

PreparedNetwork::PreparedNetwork(TensorsByName tensors, Twin twin, const Target& target,
                                 std::size_t most_memory)
    : most_memory_(most_memory),
      tensors_(std::move(tensors)),
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

std::int64_t PreparedNetwork::slices_in_memory(Ready& ready, const at::Tensor& batch,
                                               const Make& make) const {
  if (ready.slice_memory == 0) {
    Memory memory(target_.device);
    static_cast<void>(answer(ready, make(batch.narrow(0, 0, 1), memory), memory));
    // LibTorch's own convolutions take memory of their own, less than this at once.
    const auto made = static_cast<std::size_t>(ready.program.work().bytes);
    ready.slice_memory = std::max(memory.held(), target_.own_kernels() ? std::size_t{1} : made);
  }
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(most_memory_ / ready.slice_memory));
}

int PreparedNetwork::threads_apart(const Ready& ready, std::int64_t in_memory) const {
  double weights = 0;
  for (const auto& [name, tensor] : tensors_) weights += static_cast<double>(tensor.nbytes());
  const bool pays = weights <= kSmallWeights ||
                    static_cast<double>(ready.program.work().operations) >= kMuchToDo * weights;
  const auto threads = static_cast<int>(std::min<std::int64_t>(target_.threads, in_memory));
  // With many threads left idle it is better to share.
  return pays && 2 * threads >= target_.threads ? threads : 0;
}

at::Tensor PreparedNetwork::run_apart(const Ready& ready, const at::Tensor& batch, const Make& make,
                                      int threads) {
  std::vector<at::Tensor> answers(static_cast<std::size_t>(batch.size(0)));
  const auto one = [&](std::int64_t i) {
    const c10::InferenceMode inference;
    answers[static_cast<std::size_t>(i)] =
        answer(ready, make(batch.narrow(0, i, 1), memory_), memory_);
  };
  // What is left over of a round is a work for all threads.
  const std::int64_t rounds = batch.size(0) / threads * threads;
  kernels::openmp_threads(threads).run(rounds, one);
  for (std::int64_t i = rounds; i < batch.size(0); ++i) one(i);
  return at::cat(answers);
}

at::Tensor PreparedNetwork::run_shared(const at::Tensor& batch, const Make& make,
                                       std::int64_t at_once) {
  std::vector<at::Tensor> answers;
  for (const at::Tensor& part : batch.split(at_once)) {
    answers.push_back(run_there(make(part, memory_)));
  }
  return at::cat(answers);
}

at::Tensor PreparedNetwork::run_here(const at::Tensor& batch, const Make& make) {
  const c10::InferenceMode inference;
  if (batch.size(0) == 1) return run_there(make(batch, memory_));
  Ready& slice = ready_for({1, 3, batch.size(-2), batch.size(-1)});
  const std::int64_t in_memory = slices_in_memory(slice, batch, make);
  if (const int threads = threads_apart(slice, in_memory); threads > 0) {
    return run_apart(slice, batch, make, threads);
  }
  return run_shared(batch, make, std::min(in_memory, kMostShared));
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
