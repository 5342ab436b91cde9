#pragma once

#include <string_view>

namespace jcs::inference {

/// The numbers that a prepared network computes with.
enum class Precision {
  kAuto,  ///< bf16 where the device multiplies matrices of it (AMX, CUDA), else fp32
  kFp32,
  kBf16  ///< 8 bits of precision: probabilities change by some thousandths
};

/// `auto`, `fp32`, `bf16`.
const char* name(Precision precision);
/// @throws UsageError for another text
Precision parse_precision(std::string_view text);

}  // namespace jcs::inference
