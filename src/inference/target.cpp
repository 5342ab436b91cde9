#include "target.hpp"

#include <algorithm>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "jcs/core/cores.hpp"
#include "jcs/core/error.hpp"
#include "jcs/kernels/waiting_threads.hpp"
#include "jcs/models/device.hpp"
#include "jcs/models/workers.hpp"

namespace jcs::inference {

namespace {

using kernels::InstructionSet;

// LibTorch's convolutions on a GPU round fp32 to TF32's 11 significant bits unless told not to.
// fp32 is to mean fp32: outlines must not depend on the device.
void without_tf32() {
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
}

}  // namespace

Target make_target(const RunnerOptions& options) {
  Target target;
  target.device = models::resolve(options.device);
  without_tf32();
  target.instructions = models::torch_instructions();
  const bool splits = target.device.is_cpu() && target.instructions == InstructionSet::kAmx;
  target.precision = options.precision;
  if (options.precision == Precision::kAuto) {
    target.precision = splits ? Precision::kBf16x3 : Precision::kFp32;
  }
  if (target.precision == Precision::kBf16x3 && !splits) {
    throw UsageError(
        {"the precision needs a processor with AMX", "precision", "auto, fp32 or bf16", "bf16x3"});
  }
  if (target.precision == Precision::kBf16 && target.device.is_cpu() &&
      target.instructions < InstructionSet::kAvx512) {
    throw UsageError(
        {"the precision needs a processor with AVX-512", "precision", "auto or fp32", "bf16"});
  }
  if (target.precision != Precision::kBf16x3) {
    target.instructions = std::min(target.instructions, InstructionSet::kAvx512);
  }
  target.type = target.precision == Precision::kBf16 ? torch::kBFloat16 : torch::kFloat;
  target.threads = options.threads > 0 ? options.threads : available_cores();
  use_threads(target);
  set_usual_threads(options.threads);
  if (target.threads > 1) kernels::let_waiting_threads_sleep();
  return target;
}

void use_threads(const Target& target) {
  if (at::get_num_threads() != target.threads) at::set_num_threads(target.threads);
}

}  // namespace jcs::inference
