#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "jcs/evaluation/picture_result.hpp"
#include "jcs/evaluation/segmentation_summary.hpp"

namespace jcs::evaluation {

/// `pictures`: a list with `name`, `patient`, `rows`, `columns`, `lesions`, `opacity_area`
/// (pixels), `opacity_share`, `empty_annotation`, `tp`, `fp`, `fn`, `tn` and the figures of
/// figures_of(), null where undefined. `summary`: counts; for every figure `mean`, `interval`
/// ([low, high] or null), `pictures`, `undefined`; `pooled`; `by_area`, `by_lesions`,
/// `dice_ranges`.
nlohmann::ordered_json to_json(const std::vector<PictureResult>& pictures,
                               const SegmentationSummary& summary);

/// One line a picture, with the same names as columns; undefined figures are empty.
std::string to_csv(const std::vector<PictureResult>& pictures);

/// A table to be read.
std::string to_table(const SegmentationSummary& summary, double confidence);

}  // namespace jcs::evaluation
