#pragma once

#include <array>
#include <cstddef>

namespace jcs::metrics {

/// Sum of term(0) … term(n - 1). Eight partial sums, added in a fixed order: additions then need
/// not wait for one another, and the result is the same everywhere.
template <class Term>
double lane_sum(std::size_t n, Term term) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += term(i + lane);
    }
  }
  for (std::size_t lane = 0; i < n; ++i, ++lane) {
    lanes[lane] += term(i);
  }
  double sum = 0.0;
  for (const double one : lanes) {
    sum += one;
  }
  return sum;
}

}  // namespace jcs::metrics
