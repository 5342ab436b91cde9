#pragma once

#include "jcs/models/options.hpp"

#include "prepared_network.hpp"

namespace jcs::inference {

/// The twin of a classifier; it gives logits, [N, classes].
Twin twin_of(models::ClassifierOptions options);
/// The twin of a segmenter or a network of Table VII; it gives probabilities, [N, 1, h, w].
Twin twin_of(models::SegmenterOptions options);

}  // namespace jcs::inference
