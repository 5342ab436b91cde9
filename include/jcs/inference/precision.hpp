#pragma once

#include "jcs/core/fields.hpp"

namespace jcs::inference {

/// The numbers that a prepared network computes with.
enum class Precision {
  /// The fastest that keeps every outline: fp32. With bf16 in most convolutions, Dice of trained
  /// compact networks' outlines against fp32 was 0.998 to 0.999.
  kAuto,
  kFp32,
  kBf16  ///< 8 significant bits in all but the first convolutions; pays on processors with AMX, not
         ///< always
};

/// `auto`, `fp32`, `bf16`.
const char* name(Precision precision);

/// The option `precision` of a program.
template <class Visitor>
void describe(Visitor& v, Precision& precision) {
  v.choice(
      "precision", precision,
      "numbers that the networks compute with; auto: fp32; bf16 may be faster on processors with "
      "AMX, and moves about two voxels in a thousand of an outline",
      {{"auto", Precision::kAuto}, {"fp32", Precision::kFp32}, {"bf16", Precision::kBf16}});
}

}  // namespace jcs::inference
