#pragma once

#include <optional>

#include <c10/core/Stream.h>
#include <torch/types.h>

namespace jcs::inference {

/// One of a GPU's streams that is not its default; nothing on a CPU, which has none.
std::optional<c10::Stream> device_stream(const torch::Device& device);

/// Bytes of a GPU that are to be had: free, or kept by LibTorch for reuse.
std::int64_t free_memory(const torch::Device& device);

}  // namespace jcs::inference
