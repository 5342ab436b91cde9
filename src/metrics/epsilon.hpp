#pragma once

#include <limits>

namespace jcs::metrics {

/// Keeps the quotients of the measures finite; what MATLAB calls eps, as in their authors' code.
inline constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

}  // namespace jcs::metrics
