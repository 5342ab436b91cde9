#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pickle_value.hpp"

namespace jcs::weights {

/// The tensors of a file by name, in the file's order, and what was done to find them.
struct StateDict {
  std::vector<std::pair<std::string, pickle::Tensor>> tensors;
  std::vector<std::string> notes;
};

/// Finds the state dict in what a pickle holds: the pickle itself, or what it keeps under
/// `state_dict`, `model` or the like. A prefix `module.` of all names (DataParallel) is dropped.
/// @throws WeightsError with `file` where there is none.
StateDict find_state_dict(const pickle::Value& root, const std::string& file);

/// The parameters, buffers and tensor attributes of a TorchScript module, named by their path as
/// in its state dict.
/// @throws WeightsError with `file` where there are none.
StateDict script_state_dict(const pickle::Value& root, const std::string& file);

}  // namespace jcs::weights
