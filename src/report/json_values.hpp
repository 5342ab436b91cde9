#pragma once

#include <cmath>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace jcs::report {

/// Values as result.json holds them: null for what is not known, numbers always finite.
using Json = nlohmann::ordered_json;

inline Json known(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
inline Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
/// For facts that are 0 where nobody gave them.
inline Json known(double value) { return value > 0.0 ? finite(value) : Json(nullptr); }

template <class T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
inline Json optional(const std::optional<double>& value) {
  return value ? finite(*value) : Json(nullptr);
}
/// A word for a value of an enumeration.
template <class Enum>
Json word(const std::optional<Enum>& value) {
  return value ? Json(to_text(*value)) : Json(nullptr);
}

}  // namespace jcs::report
