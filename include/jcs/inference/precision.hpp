#pragma once

#include "jcs/core/fields.hpp"

namespace jcs::inference {

/// The numbers that a prepared network computes with.
enum class Precision {
  /// The fastest that keeps outlines: bf16x3 on processors with AMX, else fp32. With bf16 in most
  /// convolutions, Dice of trained compact networks' outlines against fp32 was 0.998 to 0.999.
  kAuto,
  kFp32,
  /// fp32, but for the products of most convolutions: their factors are split into two bf16, which
  /// keeps 16 significant bits of 24. Needs AMX.
  kBf16x3,
  kBf16  ///< 8 significant bits in all but the first convolutions; pays on processors with AMX, not
         ///< always
};

/// `auto`, `fp32`, `bf16x3`, `bf16`.
const char* name(Precision precision);

/// The option `precision` of a program.
template <class Visitor>
void describe(Visitor& v, Precision& precision) {
  v.choice(
      "precision", precision,
      "numbers that the networks compute with; bf16x3: products of 16 significant bits, on "
      "processors with AMX alone; auto: bf16x3 where there is AMX, else fp32; bf16 moves about two "
      "voxels in a thousand of an outline",
      {{"auto", Precision::kAuto},
       {"fp32", Precision::kFp32},
       {"bf16x3", Precision::kBf16x3},
       {"bf16", Precision::kBf16}});
}

}  // namespace jcs::inference
