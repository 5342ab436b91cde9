#pragma once

#include <functional>

#include <ATen/core/Tensor.h>

namespace jcs::inference {

/// An answer that a device may still work on. Called once, it waits for the answer and gives it, on
/// the CPU.
using PendingAnswer = std::function<at::Tensor()>;

}  // namespace jcs::inference
