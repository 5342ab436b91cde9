#include "jcs/metrics/mae.hpp"

#include "pair_check.hpp"

namespace jcs::metrics {

double mean_absolute_error(std::span<const float> map, std::span<const std::uint8_t> annotation) {
  require_same_size(map.size(), annotation.size());
  require_probabilities(map);
  double sum = 0.0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const double p = map[i];
    sum += annotation[i] != 0 ? 1.0 - p : p;
  }
  return sum / static_cast<double>(map.size());
}

}  // namespace jcs::metrics
