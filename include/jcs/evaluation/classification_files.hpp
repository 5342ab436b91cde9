#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "jcs/evaluation/classification_summary.hpp"

namespace jcs::evaluation {

/// `slices`: counts, rates ({value, interval}), areas, curves, calibration. `patients`: counts, the
/// threshold and the rates at it, `list` with each patient's slices. `sweep`: for every threshold
/// `threshold`, `sensitivity`, `specificity`, `intervals` (of both), `tp`, `fp`, `fn`, `tn`.
/// `chosen_threshold`: the one of `patients`. What is undefined is null.
nlohmann::ordered_json to_json(const ClassificationSummary& summary);

/// A table to be read: slices, patients, and the sweep at the paper's thresholds and the chosen
/// one.
std::string to_table(const ClassificationSummary& summary, double confidence);

}  // namespace jcs::evaluation
