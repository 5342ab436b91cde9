#pragma once

#include <cstdint>
#include <optional>

namespace jcs::metrics {

/// part / whole, or nothing for 0/0.
inline std::optional<double> quotient(std::int64_t part, std::int64_t whole) {
  if (whole == 0) {
    return std::nullopt;
  }
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace jcs::metrics
