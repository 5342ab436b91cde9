#include "jcs/diagnosis/threshold.hpp"

#include <cmath>
#include <string>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::diagnosis {

namespace {

constexpr int kMostSlices = 1'000'000;

std::optional<Threshold> parsed(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) {
    text.remove_suffix(1);
  }
  if (!percent) {
    if (const auto count = parse_integer(text)) {
      if (*count < 0 || *count > kMostSlices) {
        return std::nullopt;
      }
      return Threshold{static_cast<int>(*count), std::nullopt};
    }
  }
  const auto number = parse_number(text);
  if (!number) {
    return std::nullopt;
  }
  const double fraction = percent ? *number / 100.0 : *number;
  if (fraction < 0.0 || fraction >= 1.0) {
    return std::nullopt;
  }
  return Threshold{0, fraction};
}

}  // namespace

int Threshold::slices(std::size_t study_slices) const {
  if (!fraction) {
    return count;
  }
  // 29 % of 100 slices is 28.999999999999996 in binary; it means 29.
  constexpr double kRounding = 1e-9;
  return static_cast<int>(std::floor(*fraction * static_cast<double>(study_slices) + kRounding));
}

Threshold parse_threshold(std::string_view text) {
  if (const auto threshold = parsed(text)) {
    return *threshold;
  }
  throw UsageError({"no such threshold", "threshold",
                    "slices as a whole number (25), or a share of the study below 1 (0.1 or 10%)",
                    "'" + std::string(text) + "'"});
}

}  // namespace jcs::diagnosis
