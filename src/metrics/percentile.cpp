#include "percentile.hpp"

#include <algorithm>
#include <cmath>

namespace jcs::metrics {

double percentile(std::span<double> values, double share) {
  const double position = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(std::floor(position));
  const auto at = values.begin() + below;
  std::nth_element(values.begin(), at, values.end());
  const double part = position - static_cast<double>(below);
  if (part == 0.0) {
    return *at;
  }
  const double next = *std::min_element(at + 1, values.end());
  return *at + part * (next - *at);
}

}  // namespace jcs::metrics
