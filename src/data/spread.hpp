#pragma once

#include <cstddef>
#include <vector>

namespace jcs::data {

/// How values are spread.
struct Spread {
  std::size_t count = 0;
  /// 0 when nothing was counted. Quartiles lie linearly between the two values next to them.
  double minimum = 0, lower_quartile = 0, median = 0, upper_quartile = 0, maximum = 0, mean = 0;
};

Spread spread_of(std::vector<double> values);

/// How many values lie in [from, from + width).
struct Bin {
  double from = 0, to = 0;
  std::size_t count = 0;
};

/// The bins that hold a value, in ascending order; they begin at `origin` plus multiples of
/// `width`. Empty ones are left out, so that one value far off costs nothing. @pre width > 0 and
/// the values are finite.
std::vector<Bin> histogram(const std::vector<double>& values, double width, double origin = 0);

}  // namespace jcs::data
