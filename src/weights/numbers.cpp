#include "numbers.hpp"

#include <cmath>

#include <ATen/Functions.h>

#include "jcs/core/error.hpp"

namespace jcs::weights {

void require_numbers(const TensorMap& tensors, const std::string& where) {
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_floating_point() || tensor.numel() == 0) continue;
    const at::Tensor numbers = tensor.to(at::kFloat);
    // A sum is finite only when all are; where it overflows, every number is looked at.
    if (!std::isfinite(numbers.sum().item<float>())) {
      const auto bad = at::isfinite(numbers).logical_not().sum().item<std::int64_t>();
      if (bad > 0) {
        throw WeightsError({std::to_string(bad) + " numbers are not finite", where + ": " + name});
      }
    }
    if (name.ends_with("running_var") && numbers.min().item<float>() < 0) {
      throw WeightsError({"a variance is negative", where + ": " + name, "0 or more",
                          std::to_string(numbers.min().item<float>())});
    }
  }
}

}  // namespace jcs::weights
