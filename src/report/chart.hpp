#pragma once

#include <string>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"

namespace jcs::report {

/// A column chart with one column a slice, from the lowest position on the left to the highest.
struct Chart {
  std::string columns;  ///< SVG elements in a box of 1000 x 100; numbers only, nothing to escape
  std::string top;      ///< the value at the upper edge, for the axis
  std::string unit;     ///< of the values, for the heading
};

/// Probability of each slice, 0 … 1; positive slices in another class than the others.
Chart probability_chart(const diagnosis::CaseResult& result);

/// Opacity area of each slice: cm², or pixels where the spacing is not known.
Chart opacity_chart(const diagnosis::CaseResult& result);

/// Where the middle of a slice's column lies, in percent of the chart's width.
double column_percent(const diagnosis::CaseResult& result, std::size_t slice);

}  // namespace jcs::report
