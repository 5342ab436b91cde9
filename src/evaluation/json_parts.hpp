#pragma once

#include <optional>

#include <nlohmann/json.hpp>

#include "jcs/metrics/confusion.hpp"
#include "jcs/metrics/interval.hpp"

namespace jcs::evaluation {

inline nlohmann::ordered_json value_or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// `[low, high]` or null.
inline nlohmann::ordered_json value_or_null(const std::optional<metrics::Interval>& interval) {
  return interval ? nlohmann::ordered_json({interval->low, interval->high})
                  : nlohmann::ordered_json(nullptr);
}

inline void add_counts(nlohmann::ordered_json& json, const metrics::Confusion& counts) {
  json["tp"] = counts.tp;
  json["fp"] = counts.fp;
  json["fn"] = counts.fn;
  json["tn"] = counts.tn;
}

}  // namespace jcs::evaluation
