#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jcs/core/fields.hpp"
#include "jcs/evaluation/picture_result.hpp"
#include "jcs/metrics/bootstrap.hpp"
#include "jcs/metrics/confusion.hpp"
#include "jcs/metrics/interval.hpp"

namespace jcs::evaluation {

/// The mean of a figure over pictures.
struct FigureSummary {
  std::string name;
  std::optional<double> mean;  ///< over the pictures for which the figure is defined
  std::optional<metrics::Interval> interval;
  std::int64_t pictures = 0;   ///< for which it is defined
  std::int64_t undefined = 0;  ///< for which it is not
};

/// Dice of the pictures that have something in common.
struct DiceGroup {
  std::string name;  ///< `0.5 % - 1 %`, `3-4`
  std::int64_t pictures = 0;
  FigureSummary dice;
};

/// All that is said of a set of pictures (paper, Tables V–VII and Figure 11). Intervals come from
/// resampling patients; pictures of nobody known count as a patient each.
struct SegmentationSummary {
  std::int64_t pictures = 0;
  std::int64_t patients = 0;           ///< known by name
  std::int64_t unknown = 0;            ///< pictures of nobody known
  std::int64_t empty_annotations = 0;  ///< pictures without opacity …
  std::int64_t false_alarms = 0;       ///< … in which some was predicted
  std::vector<FigureSummary> figures;  ///< in the order of figures_of()
  metrics::Confusion pooled;           ///< pixels of all pictures together
  std::vector<DiceGroup> by_area;      ///< by the annotated share of the picture
  std::vector<DiceGroup> by_lesions;   ///< by the number of annotated opacities: 1-2, 3-4, …
  /// Shares of the annotated pictures with a Dice from 0.6, from 0.1 to 0.6, below 0.1 (Figure 11).
  std::int64_t high_dice = 0, middle_dice = 0, low_dice = 0;
};

/// @throws InputError when there are no pictures; UsageError for options out of range.
SegmentationSummary summarise(const std::vector<PictureResult>& pictures,
                              const metrics::BootstrapOptions& options);

}  // namespace jcs::evaluation
