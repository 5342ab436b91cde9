#include "key_slices.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <tuple>

namespace jcs::report {

namespace {

using diagnosis::CaseResult;

std::vector<std::size_t> by_weight(const CaseResult& result) {
  std::vector<std::size_t> order(result.slices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto weight = [&result](std::size_t index) {
    const diagnosis::SliceResult& slice = result.slices[index];
    const double probability = std::isnan(slice.probability) ? -1.0 : slice.probability;
    return std::tuple(slice.opacity_pixels.value_or(0), probability);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&weight](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
  return order;
}

}  // namespace

std::vector<std::size_t> key_slices(const CaseResult& result, int count) {
  const auto limit = std::min(static_cast<std::size_t>(std::max(count, 0)), result.slices.size());
  const std::vector<std::size_t> order = by_weight(result);
  std::vector<std::size_t> chosen;
  const auto is_chosen = [&chosen](std::size_t index) {
    return std::find(chosen.begin(), chosen.end(), index) != chosen.end();
  };

  for (const std::size_t index : order) {
    const bool has_map =
        std::any_of(result.activation_maps.begin(), result.activation_maps.end(),
                    [index](const diagnosis::ActivationMap& map) { return map.slice == index; });
    if (has_map && chosen.size() < limit) {
      chosen.push_back(index);
    }
  }
  // The distance shrinks until there are enough slices.
  for (std::size_t apart = result.slices.size() / (4 * std::max<std::size_t>(limit, 1)) + 1;
       apart > 0; apart /= 2) {
    for (const std::size_t index : order) {
      const bool near = std::any_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
        return std::max(index, other) - std::min(index, other) < apart;
      });
      if (chosen.size() < limit && !near && !is_chosen(index)) {
        chosen.push_back(index);
      }
    }
  }
  std::sort(chosen.begin(), chosen.end(), std::greater<>());
  return chosen;
}

}  // namespace jcs::report
