#include "jcs/inference/precision.hpp"

#include <string>

#include "jcs/core/error.hpp"

namespace jcs::inference {

const char* name(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kAuto:
      break;
  }
  return "auto";
}

Precision parse_precision(std::string_view text) {
  for (const Precision precision : {Precision::kAuto, Precision::kFp32, Precision::kBf16}) {
    if (text == name(precision)) return precision;
  }
  throw UsageError({"no such precision", "--precision", "auto, fp32 or bf16", std::string(text)});
}

}  // namespace jcs::inference
