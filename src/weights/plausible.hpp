#pragma once

#include <string>

#include "jcs/weights/model_card.hpp"

namespace jcs::weights {

/// Refuses a card whose network would be larger than the tensors beside it, before it is built: a
/// few bytes of metadata must not make gigabytes. @throws WeightsError with `where`
void require_plausible(const ModelCard& card, const TensorMap& tensors, const std::string& where);

}  // namespace jcs::weights
