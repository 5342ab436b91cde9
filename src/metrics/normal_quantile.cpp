#include "normal_quantile.hpp"

#include <cmath>
#include <numbers>

namespace jcs::metrics {

namespace {

/// P(X > z).
double tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

}  // namespace

double normal_quantile(double p) {
  if (p < 0.5) {
    return -normal_quantile(1.0 - p);
  }
  // The tail falls monotonically, so halving an interval that holds z is certain to find it; beyond
  // 40 deviations no double is left.
  const double sought = 1.0 - p;
  double low = 0.0;
  double high = 40.0;
  for (int step = 0; step < 100; ++step) {
    const double middle = (low + high) / 2.0;
    (tail(middle) > sought ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

}  // namespace jcs::metrics
