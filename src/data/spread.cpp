#include "spread.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace jcs::data {

Spread spread_of(std::vector<double> values) {
  Spread spread;
  spread.count = values.size();
  if (values.empty()) return spread;
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - std::floor(place));
  };
  spread.minimum = values.front();
  spread.lower_quartile = quantile(0.25);
  spread.median = quantile(0.5);
  spread.upper_quartile = quantile(0.75);
  spread.maximum = values.back();
  spread.mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return spread;
}

std::vector<Bin> histogram(const std::vector<double>& values, double width, double origin) {
  std::map<double, std::size_t> counts;
  for (const double value : values) ++counts[std::floor((value - origin) / width)];
  std::vector<Bin> bins;
  bins.reserve(counts.size());
  for (const auto& [place, count] : counts) {
    bins.push_back({origin + place * width, origin + (place + 1) * width, count});
  }
  return bins;
}

}  // namespace jcs::data
