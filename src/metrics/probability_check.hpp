#pragma once

#include <cstddef>
#include <string>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::metrics {

/// @throws InputError naming the case when its probability is not in 0 … 1; NaN is not.
inline void require_probability(double probability, std::size_t index) {
  if (!(probability >= 0.0 && probability <= 1.0)) {
    throw InputError({.what = "a predicted value is no probability",
                      .where = "case " + std::to_string(index),
                      .expected = "0 ... 1",
                      .got = to_text(probability)});
  }
}

}  // namespace jcs::metrics
