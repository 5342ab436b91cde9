#include "jcs/metrics/f_measure.hpp"

#include <cmath>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::metrics {

std::optional<double> f_measure(const Confusion& pixels, double beta_squared) {
  if (!(beta_squared > 0.0) || !std::isfinite(beta_squared)) {
    throw UsageError({.what = "the weight of recall in an F-measure",
                      .expected = "above 0",
                      .got = to_text(beta_squared)});
  }
  const double hits = (1.0 + beta_squared) * static_cast<double>(pixels.tp);
  const double whole =
      hits + beta_squared * static_cast<double>(pixels.fn) + static_cast<double>(pixels.fp);
  if (whole == 0.0) {
    return std::nullopt;
  }
  return hits / whole;
}

}  // namespace jcs::metrics
