#pragma once

#include "jcs/core/fields.hpp"

namespace jcs::inference {

/// The numbers that a prepared network computes with.
enum class Precision {
  kAuto,  ///< bf16 where the device multiplies matrices of it (AMX, CUDA), else fp32
  kFp32,
  kBf16  ///< 8 significant bits: probabilities change by some thousandths
};

/// `auto`, `fp32`, `bf16`.
const char* name(Precision precision);

/// The option `precision` of a program.
template <class Visitor>
void describe(Visitor& v, Precision& precision) {
  v.choice(
      "precision", precision,
      "numbers that the networks compute with; bf16 changes probabilities by some thousandths; "
      "auto: bf16 where the device multiplies matrices of it",
      {{"auto", Precision::kAuto}, {"fp32", Precision::kFp32}, {"bf16", Precision::kBf16}});
}

}  // namespace jcs::inference
