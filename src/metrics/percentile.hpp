#pragma once

#include <span>

namespace jcs::metrics {

/// The value below which `share` (0 … 1) of the values lie, linearly interpolated between order
/// statistics at position share · (n − 1). Reorders the values, of which there must be one at
/// least; time linear in them.
double percentile(std::span<double> values, double share);

}  // namespace jcs::metrics
