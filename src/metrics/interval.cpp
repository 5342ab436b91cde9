#include "jcs/metrics/interval.hpp"

#include <algorithm>
#include <cmath>

#include "confidence.hpp"
#include "normal_quantile.hpp"

namespace jcs::metrics {

std::optional<Interval> wilson(std::int64_t successes, std::int64_t trials, double confidence) {
  require_confidence(confidence);
  if (trials < 0 || successes < 0 || successes > trials) {
    throw UsageError({.what = "a rate has more successes than trials, or fewer than none",
                      .expected = "0 to " + std::to_string(trials) + " successes",
                      .got = std::to_string(successes)});
  }
  if (trials == 0) {
    return std::nullopt;
  }
  const double z = normal_quantile(0.5 + confidence / 2.0);
  const auto n = static_cast<double>(trials);
  const double rate = static_cast<double>(successes) / n;
  const double centre = (rate + z * z / (2.0 * n)) / (1.0 + z * z / n);
  const double half =
      z / (1.0 + z * z / n) * std::sqrt(rate * (1.0 - rate) / n + z * z / (4.0 * n * n));
  // At rates 0 and 1 an end is exactly there; rounding must not move it.
  return Interval{.low = successes == 0 ? 0.0 : std::max(0.0, centre - half),
                  .high = successes == trials ? 1.0 : std::min(1.0, centre + half)};
}

}  // namespace jcs::metrics
