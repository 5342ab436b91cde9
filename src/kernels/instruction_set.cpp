#include "jcs/kernels/instruction_set.hpp"

#include "vector_code.hpp"

namespace jcs::kernels {

extern const VectorCode kBaselineCode;
#if defined(__x86_64__)
extern const VectorCode kAvx2Code;
extern const VectorCode kAvx512Code;
#endif

InstructionSet widest_instruction_set() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
    return InstructionSet::kAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return InstructionSet::kAvx2;
  }
#endif
  return InstructionSet::kBaseline;
}

const char* name(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx512:
      return "AVX-512";
    case InstructionSet::kAvx2:
      return "AVX2";
    case InstructionSet::kBaseline:
      break;
  }
  return "baseline";
}

const VectorCode& vector_code(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kAvx512:
      return kAvx512Code;
    case InstructionSet::kAvx2:
      return kAvx2Code;
    case InstructionSet::kBaseline:
      break;
  }
#else
  static_cast<void>(set);
#endif
  return kBaselineCode;
}

}  // namespace jcs::kernels
