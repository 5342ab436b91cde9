#pragma once

#include "jcs/kernels/channels.hpp"
#include "jcs/kernels/instruction_set.hpp"

// Our kernels run on what LibTorch runs on.
namespace jcs::models {

/// The instructions that LibTorch uses on this processor (ATEN_CPU_CAPABILITY may name fewer than
/// it has), and AMX where there is AVX-512 and AMX.
kernels::InstructionSet torch_instructions();

/// As many threads as LibTorch uses where this is called: one in one of its parallel regions.
kernels::Workers torch_workers();

}  // namespace jcs::models
