#pragma once

#include <cmath>

namespace jcs::inference {

/// Softmax over two logits: the probability of the second class, 0 … 1. It is above 1/2 where the
/// second logit is larger by 1e-15 or more, and never where it is not larger; a difference still
/// smaller may be lost in rounding and give exactly 1/2.
inline double probability_of_second(double first, double second) {
  return 1.0 / (1.0 + std::exp(first - second));
}

}  // namespace jcs::inference
