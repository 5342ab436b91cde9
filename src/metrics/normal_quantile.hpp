#pragma once

namespace jcs::metrics {

/// The z with P(X < z) = p of a standard normal X, 0 < p < 1, to the accuracy of std::erfc.
double normal_quantile(double p);

}  // namespace jcs::metrics
