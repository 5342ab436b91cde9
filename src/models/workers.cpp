#include "jcs/models/workers.hpp"

#include <algorithm>
#include <string>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

namespace jcs::models {

kernels::InstructionSet torch_instructions() {
  using kernels::InstructionSet;
  const std::string allowed = at::get_cpu_capability();
  InstructionSet most = InstructionSet::kBaseline;
  if (allowed == "AVX512") most = InstructionSet::kAmx;
  if (allowed == "AVX2") most = InstructionSet::kAvx2;
  return std::min(most, kernels::widest_instruction_set());
}

kernels::Workers torch_workers() {
  return at::in_parallel_region() ? kernels::one_thread()
                                  : kernels::openmp_threads(at::get_num_threads());
}

}  // namespace jcs::models
