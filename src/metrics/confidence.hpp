#pragma once

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::metrics {

/// @throws UsageError when a confidence is not inside 0 … 1; NaN is not.
inline void require_confidence(double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0)) {
    throw UsageError({.what = "a confidence is no probability",
                      .expected = "above 0 and below 1",
                      .got = to_text(confidence)});
  }
}

}  // namespace jcs::metrics
