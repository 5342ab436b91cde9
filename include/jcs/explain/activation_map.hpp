#pragma once

#include <cstdint>
#include <optional>

#include <torch/types.h>

#include "jcs/explain/reading.hpp"
#include "jcs/models/classifier.hpp"

namespace jcs::explain {

/// Weight of every channel (paper, equation 1): w_k = (1/HW) Σ_ij ∂y/∂X^k_ij.
/// @param features X, [N, C, h, w], part of the graph that leads to `score`.
/// @param score y, [N], of the class that is explained; y of one slice must not depend on the
/// features of another.
/// @param create_graph keep the way the weights were made, so that a loss on the map can be
/// differentiated.
/// @return [N, C]
torch::Tensor channel_weights(const torch::Tensor& features, const torch::Tensor& score,
                              bool create_graph = false);

/// The map (paper, equation 2) of features [N, C, h, w] and weights [N, C]: [N, h, w], not
/// negative.
torch::Tensor combined(const torch::Tensor& features, const torch::Tensor& weights,
                       Reading reading);

/// Every map of [N, h, w] scaled so that its least value is 0 and its greatest 1. A constant map
/// becomes 0.
torch::Tensor normalised(const torch::Tensor& map);

/// Where the classifier looked for class `index` in slices [N, 3, h, w]: maps [N, h/32, w/32], not
/// normalised. Only pooling and linear layer are differentiated, not the backbone, so it costs
/// hardly more than classifying; the caller may be in inference mode. The classifier is to be in
/// evaluation mode. On a CPU every slice is one thread's work, so that its map is the same whatever
/// the number of threads and of slices. @throws UsageError for a class that the classifier lacks.
torch::Tensor activation_map(models::Classifier& classifier, const torch::Tensor& slices,
                             Reading reading, std::int64_t index = 1);

/// The same from features that are known already: X, [N, C, h, w], the classifier's last map, not
/// made in inference mode.
torch::Tensor activation_map_of(models::Classifier& classifier, const torch::Tensor& features,
                                Reading reading, std::int64_t index = 1);

/// How much of a map, not negative [h, w], lies inside an annotation of 0 and 1, float [rows,
/// columns]: the map is resized to it, bilinearly. 0 … 1; nothing where either is 0 everywhere.
std::optional<double> share_inside(const torch::Tensor& map, const torch::Tensor& annotation);

}  // namespace jcs::explain
