#pragma once

#include <optional>

#include "jcs/metrics/confusion.hpp"

namespace jcs::metrics {

/// F_β of a mask, (1 + β²) P R / (β² P + R) with precision P and recall R. β² = 0.3 stresses the
/// precision, as is usual for saliency maps (Achanta et al., CVPR 2009); β² = 1 is Dice.
///
/// Computed as (1 + β²) tp / ((1 + β²) tp + β² fn + fp): nothing when both masks are empty, 0 when
/// only the annotation is.
/// @throws UsageError unless β² is above 0 and finite.
std::optional<double> f_measure(const Confusion& pixels, double beta_squared = 0.3);

}  // namespace jcs::metrics
