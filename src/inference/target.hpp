#pragma once

#include <torch/types.h>

#include "jcs/inference/runner_options.hpp"
#include "jcs/kernels/instruction_set.hpp"

namespace jcs::inference {

/// Where and in what numbers a prepared network computes.
struct Target {
  torch::Device device = torch::kCPU;
  Precision precision = Precision::kFp32;  ///< not kAuto
  torch::ScalarType type = torch::kFloat;  ///< of most convolutions; all else is fp32
  kernels::InstructionSet instructions = kernels::InstructionSet::kBaseline;
  int threads = 1;

  /// Whether our own kernels run, rather than LibTorch's.
  [[nodiscard]] bool own_kernels() const { return device.is_cpu() && type == torch::kFloat; }
};

/// The target of the options on this machine; sets the process's threads
/// and forbids it TF32, on any device. LibTorch's limit of what
/// the processor may be asked for (its environment variable ATEN_CPU_CAPABILITY) is ours as well.
/// @throws UsageError when the device is not there, or not what the precision needs.
Target make_target(const RunnerOptions& options);

/// Sets how many threads LibTorch uses: it may hold for the calling thread only, so whoever
/// computes says it.
void use_threads(const Target& target);

}  // namespace jcs::inference
