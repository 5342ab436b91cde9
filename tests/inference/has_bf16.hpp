#pragma once

#include "jcs/core/error.hpp"

#include "inference/target.hpp"

namespace jcs::inference {

/// Whether the processor may be asked for bf16; without AVX-512 it is refused.
inline bool has_bf16() {
  try {
    make_target({.device = {Device::Kind::kCpu, 0}, .precision = Precision::kBf16});
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

}  // namespace jcs::inference
