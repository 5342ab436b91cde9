#include "jcs/evaluation/comparison.hpp"

#include "jcs/core/text.hpp"

#include "json_parts.hpp"
#include "table.hpp"

namespace jcs::evaluation {

using nlohmann::ordered_json;

ordered_json to_json(const std::vector<ComparedFigure>& figures) {
  ordered_json json = ordered_json::object();
  for (const ComparedFigure& figure : figures) {
    json[figure.name] = {{"first", value_or_null(figure.first)},
                         {"second", value_or_null(figure.second)},
                         {"difference", value_or_null(figure.difference)},
                         {"interval", value_or_null(figure.interval)},
                         {"p_value", value_or_null(figure.p_value)},
                         {"pairs", figure.pairs}};
  }
  return {{"figures", json}};
}

std::string to_table(const std::vector<ComparedFigure>& figures, double confidence) {
  std::vector<std::vector<std::string>> rows = {{"", "first", "second", "second - first",
                                                 jcs::to_text(confidence * 100) + " % interval",
                                                 "p", "pairs"}};
  for (const ComparedFigure& figure : figures) {
    rows.push_back({figure.name, figure_text(figure.first), figure_text(figure.second),
                    figure_text(figure.difference), interval_text(figure.interval),
                    figure_text(figure.p_value, 3), std::to_string(figure.pairs)});
  }
  return table_text(rows);
}

}  // namespace jcs::evaluation
