#include "target.hpp"

#include <algorithm>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/cpu/Utils.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include "jcs/core/cores.hpp"
#include "jcs/kernels/waiting_threads.hpp"
#include "jcs/models/device.hpp"

namespace jcs::inference {

namespace {

using kernels::InstructionSet;

InstructionSet allowed_instruction_set() {
  const std::string allowed = at::get_cpu_capability();
  InstructionSet most = InstructionSet::kBaseline;
  if (allowed == "AVX512") most = InstructionSet::kAvx512;
  if (allowed == "AVX2") most = InstructionSet::kAvx2;
  return std::min(most, kernels::widest_instruction_set());
}

// Measured with the release's networks on two cores: with AMX, bf16 takes a third of the time of
// our kernels in fp32; with the AVX-512 instructions for bf16 alone, three times as long.
bool multiplies_bf16(const torch::Device& device) {
  if (device.is_cuda()) return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
  if (!device.is_cpu() || allowed_instruction_set() != InstructionSet::kAvx512) return false;
  const auto capabilities = at::cpu::get_cpu_capabilities();
  const auto amx = capabilities.find("amx_bf16");
  return amx != capabilities.end() && amx->second.toBool() && at::cpu::init_amx();
}

bool wants_bf16(Precision precision, const torch::Device& device) {
  return precision == Precision::kBf16 ||
         (precision == Precision::kAuto && multiplies_bf16(device));
}

}  // namespace

Target make_target(const RunnerOptions& options) {
  Target target;
  target.device = models::resolve(options.device);
  target.type = wants_bf16(options.precision, target.device) ? torch::kBFloat16 : torch::kFloat;
  target.instructions = allowed_instruction_set();
  target.threads = options.threads > 0 ? options.threads : available_cores();
  use_threads(target);
  if (target.threads > 1) kernels::let_waiting_threads_sleep();
  return target;
}

void use_threads(const Target& target) {
  if (at::get_num_threads() != target.threads) at::set_num_threads(target.threads);
}

kernels::Workers torch_workers() { return kernels::openmp_threads(at::get_num_threads()); }

}  // namespace jcs::inference
