#include "background_runs.hpp"

#include <memory>
#include <utility>

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <torch/torch.h>

#include "device_stream.hpp"

namespace jcs::inference {

BackgroundRuns::BackgroundRuns(PreparedNetwork& network, const Preprocessing& preprocessing)
    : network_(network),
      values_(preprocessing, network.target().device),
      memory_(network.target().device),
      upload_(device_stream(network.target().device)),
      download_(device_stream(network.target().device)) {}

at::Tensor BackgroundRuns::slices(at::IntArrayRef size) const {
  return at::empty(size,
                   at::TensorOptions().dtype(torch::kByte).pinned_memory(upload_.has_value()));
}

at::Tensor BackgroundRuns::uploaded(const at::Tensor& grey, const c10::Stream& compute) const {
  at::Tensor there;
  c10::Event copied(upload_->device_type());
  {
    const c10::StreamGuard guard(*upload_);
    there = grey.to(upload_->device(), /*non_blocking=*/true);
    copied.record(*upload_);
  }
  copied.block(compute);
  there.record_stream(compute);  // its memory is the upload's to give anew, but not before
  return there;
}

PendingAnswer BackgroundRuns::downloading(const at::Tensor& answer,
                                          const c10::Stream& compute) const {
  c10::Event computed(compute.device_type());
  computed.record(compute);
  const at::Tensor here =
      at::empty(answer.sizes(), at::TensorOptions().dtype(torch::kFloat).pinned_memory(true));
  const auto done = std::make_shared<c10::Event>(compute.device_type());
  const c10::StreamGuard guard(*download_);
  computed.block(*download_);
  here.copy_(answer, /*non_blocking=*/true);
  answer.record_stream(*download_);
  done->record(*download_);
  return [here, done] {
    done->synchronize();
    return here;
  };
}

PendingAnswer BackgroundRuns::ask(const at::Tensor& grey) {
  const c10::InferenceMode inference;
  const std::optional<c10::Stream> compute = network_.stream();
  if (!compute) {
    const at::Tensor answer =
        network_.run_here(grey, [this](const at::Tensor& slices, Memory& memory) {
          return values_.normalised(slices, memory);
        });
    return [answer = answer.contiguous()] { return answer; };
  }
  const c10::StreamGuard guard(*compute);
  const at::Tensor there = uploaded(grey, *compute);
  return downloading(network_.run_there(values_.normalised(there, memory_)), *compute);
}

}  // namespace jcs::inference
