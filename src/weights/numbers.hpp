#pragma once

#include <string>

#include "jcs/weights/tensor_file.hpp"

namespace jcs::weights {

/// Whether networks can compute with these tensors: as float32, which they compute with, all
/// numbers are finite, and no variance of a batch norm is negative. A network may well give an
/// answer to others, for a ReLU makes 0 of what is no number.
/// @throws WeightsError naming the first tensor of which that does not hold
void require_numbers(const TensorMap& tensors, const std::string& where);

}  // namespace jcs::weights
