#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "jcs/weights/tensor_file.hpp"

#include "state_dict.hpp"

namespace jcs::weights {

/// The storages of a file by key, each as one tensor of bytes.
using Storages = std::unordered_map<std::string, at::Tensor>;

/// Bytes of a storage as a whole.
std::int64_t storage_bytes(const pickle::Storage& storage);

/// The storages that the tensors lie in, each once, in the order of their first use.
std::vector<pickle::Storage> used_storages(const StateDict& found);

/// Tensors as views into their storages: tensors that shared memory in the file share it again.
/// @throws WeightsError with `file` where many tensors share so few bytes that writing them out
/// would grow without bound.
TensorMap make_tensors(const StateDict& found, const Storages& storages, const std::string& file);

}  // namespace jcs::weights
