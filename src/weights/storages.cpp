#include "storages.hpp"

#include <unordered_set>

#include <ATen/Functions.h>

#include "jcs/core/error.hpp"

#include "tensor_geometry.hpp"

namespace jcs::weights {

namespace {
// Tied weights appear twice or three times; a thousand names for one storage are an attack.
constexpr std::int64_t kMaxSharing = 64;
constexpr std::int64_t kFreeBytes = 1 << 20;
}  // namespace

std::int64_t storage_bytes(const pickle::Storage& storage) {
  return storage.root_elements * element_size(storage.type);
}

std::vector<pickle::Storage> used_storages(const StateDict& found) {
  std::vector<pickle::Storage> used;
  std::unordered_set<std::string> seen;
  for (const auto& [name, tensor] : found.tensors) {
    if (seen.insert(tensor.storage.key).second) {
      used.push_back(tensor.storage);
    }
  }
  return used;
}

TensorMap make_tensors(const StateDict& found, const Storages& storages, const std::string& file) {
  std::int64_t stored = kFreeBytes;
  for (const auto& [key, bytes] : storages) {
    stored += bytes.numel();
  }
  std::int64_t shown = 0;
  TensorMap tensors;
  for (const auto& [name, tensor] : found.tensors) {
    shown += element_count(tensor.sizes) * element_size(tensor.type);
    if (shown / kMaxSharing > stored) {
      throw WeightsError({"too many tensors share the same few bytes", file});
    }
    at::Tensor view = at::empty({0}, at::TensorOptions().dtype(tensor.type));
    view.set_(storages.at(tensor.storage.key).storage(), tensor.offset, tensor.sizes,
              tensor.strides);
    tensors.add(name, std::move(view));
  }
  return tensors;
}

}  // namespace jcs::weights
