#include "jcs/metrics/mae.hpp"

#include "lane_sum.hpp"
#include "pair_check.hpp"

namespace jcs::metrics {

double mean_absolute_error(std::span<const float> map, std::span<const std::uint8_t> annotation) {
  require_same_size(map.size(), annotation.size());
  require_probabilities(map);
  const double sum = lane_sum(map.size(), [map, annotation](std::size_t i) {
    const double p = map[i];
    return annotation[i] != 0 ? 1.0 - p : p;
  });
  return sum / static_cast<double>(map.size());
}

}  // namespace jcs::metrics
