#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jcs/metrics/interval.hpp"

namespace jcs::evaluation {

/// A table of text whose columns are as wide as they must be: the first one flush left, all others
/// flush right. The first row is the heading.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

/// `0.8412`, or `-` where undefined.
std::string figure_text(const std::optional<double>& value, int digits = 4);
/// `0.8012 .. 0.8790`, or `-`.
std::string interval_text(const std::optional<metrics::Interval>& interval, int digits = 4);

}  // namespace jcs::evaluation
