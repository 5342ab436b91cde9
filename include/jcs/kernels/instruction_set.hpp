#pragma once

namespace jcs::kernels {

/// What vector instructions the kernels use, from few to many.
enum class InstructionSet {
  kBaseline,  ///< what every processor of the architecture has
  kAvx2,      ///< AVX2 with fused multiply-add
  kAvx512,    ///< AVX-512 F, VL, BW and DQ
  kAmx        ///< AVX-512, and AMX for products: their factors have 16 significant bits, not 24
};

/// The most that this processor has.
InstructionSet widest_instruction_set();

/// `baseline`, `AVX2`, `AVX-512`, `AMX`.
const char* name(InstructionSet set);

}  // namespace jcs::kernels
