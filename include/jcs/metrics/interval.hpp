#pragma once

#include <cstdint>
#include <optional>

namespace jcs::metrics {

/// A confidence interval, both ends included.
struct Interval {
  double low = 0.0;
  double high = 0.0;
  bool operator==(const Interval&) const = default;
};

/// Wilson's score interval of a rate (Wilson, JASA 1927), within 0 … 1. It stays honest where the
/// textbook interval collapses: 20 hits of 20 give 0.839 … 1, not 1 … 1. The trials must be
/// independent: use it for patients, not for the slices of one patient.
///
/// Nothing for 0 trials.
/// @throws UsageError when the confidence is not inside 0 … 1, or unless 0 <= successes <= trials.
std::optional<Interval> wilson(std::int64_t successes, std::int64_t trials,
                               double confidence = 0.95);

}  // namespace jcs::metrics
