#include "jcs/kernels/instruction_set.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "split_product.hpp"
#include "vector_code.hpp"

namespace jcs::kernels {

extern const VectorCode kBaselineCode;
#if defined(__x86_64__)
extern const VectorCode kAvx2Code;
extern const VectorCode kAvx512Code;
extern const SplitProduct kAmxProduct;

namespace {

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}

// Asks the system once for this process: it keeps the tiles of a thread only where it knows that
// they are used.
bool may_use_tiles() {
  constexpr unsigned kAmxBf16 = 1U << 22, kAmxTile = 1U << 24, kAvx512Bf16 = 1U << 5;
  constexpr long kRequest = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  if ((d & kAmxBf16) == 0 || (d & kAmxTile) == 0) return false;
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d) == 0 || (a & kAvx512Bf16) == 0) return false;
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
}

}  // namespace
#endif

InstructionSet widest_instruction_set() {
#if defined(__x86_64__)
  if (has_avx512()) {
    static const bool kTiles = may_use_tiles();
    return kTiles ? InstructionSet::kAmx : InstructionSet::kAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return InstructionSet::kAvx2;
  }
#endif
  return InstructionSet::kBaseline;
}

const char* name(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAmx:
      return "AMX";
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
  // Whoever asks for it must have asked whether it is there.
  static const VectorCode kAmxCode = [] {
    VectorCode code = kAvx512Code;
    code.split = &kAmxProduct;
    return code;
  }();
  switch (set) {
    case InstructionSet::kAmx:
      return kAmxCode;
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
