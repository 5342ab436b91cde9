#include "tensor_geometry.hpp"

#include "pickle_value.hpp"

namespace jcs::weights {

namespace {
constexpr std::size_t kMaxDimensions = 64;  // what Torch itself can hold
}  // namespace

std::int64_t element_count(const std::vector<std::int64_t>& sizes) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t size : sizes) {
    if (size < 0) {
      return -1;
    }
    empty = empty || size == 0;
  }
  // Torch multiplies them one by one, so that they must fit even where a zero comes last.
  for (const std::int64_t size : sizes) {
    if (size > 0 && __builtin_mul_overflow(count, size, &count)) {
      return -1;
    }
  }
  return empty ? 0 : count;
}

void check_view(std::int64_t offset, const std::vector<std::int64_t>& sizes,
                const std::vector<std::int64_t>& strides, std::int64_t elements) {
  if (sizes.size() != strides.size() || sizes.size() > kMaxDimensions) {
    throw pickle::Malformed("a tensor whose size and stride do not fit together");
  }
  const std::int64_t count = element_count(sizes);
  if (count < 0 || offset < 0) {
    throw pickle::Malformed("a tensor of impossible size");
  }
  std::int64_t last = offset;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    std::int64_t step = 0;
    if (strides[i] < 0) {
      throw pickle::Malformed("a tensor with a negative stride");
    }
    if (count > 0 && (__builtin_mul_overflow(sizes[i] - 1, strides[i], &step) ||
                      __builtin_add_overflow(last, step, &last))) {
      throw pickle::Malformed("a tensor of impossible size");
    }
  }
  if (count > elements || (count > 0 ? last >= elements : offset > elements)) {
    throw pickle::Malformed("a tensor that reaches beyond its storage");
  }
}

}  // namespace jcs::weights
