#include "table.hpp"

#include <algorithm>

#include "jcs/core/text.hpp"

namespace jcs::evaluation {

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - row[i].size(), ' ');
      line += i == 0 ? row[i] + blanks : "  " + blanks + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string figure_text(const std::optional<double>& value, int digits) {
  if (!value) {
    return "-";
  }
  return fixed_text(*value, digits);
}

std::string interval_text(const std::optional<metrics::Interval>& interval, int digits) {
  return interval
             ? figure_text(interval->low, digits) + " .. " + figure_text(interval->high, digits)
             : "-";
}

}  // namespace jcs::evaluation
