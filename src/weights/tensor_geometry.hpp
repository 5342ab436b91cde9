#pragma once

#include <cstdint>
#include <vector>

#include <c10/core/ScalarType.h>

namespace jcs::weights {

/// Bytes of one element.
inline std::int64_t element_size(c10::ScalarType type) {
  return static_cast<std::int64_t>(c10::elementSize(type));
}

/// Elements of a tensor of these sizes, or -1 when a size is negative or the product, zeros left
/// out, does not fit.
std::int64_t element_count(const std::vector<std::int64_t>& sizes);

/// Refuses a view that does not lie inside a storage of `elements` elements or that has more
/// elements than it (as expanded tensors have: a few bytes would stand for gigabytes).
/// @throws pickle::Malformed
void check_view(std::int64_t offset, const std::vector<std::int64_t>& sizes,
                const std::vector<std::int64_t>& strides, std::int64_t elements);

}  // namespace jcs::weights
