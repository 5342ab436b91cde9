#include "jcs/weights/json_options.hpp"

#include <cmath>
#include <limits>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::weights {

using nlohmann::json;

namespace {

std::string shown(const json& value) {
  constexpr std::size_t kMaxShown = 60;
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() > kMaxShown ? text.substr(0, kMaxShown) + "..." : text;
}

std::string number_text(const Range& range, bool whole) {
  std::string text = whole ? "a whole number" : "a number";
  if (range.min != -std::numeric_limits<double>::infinity()) {
    text += (range.above ? " above " : " at least ") + jcs::to_text(range.min);
  }
  if (range.max != std::numeric_limits<double>::infinity()) {
    text += " at most " + jcs::to_text(range.max);
  }
  return text;
}

}  // namespace

JsonReader::JsonReader(const json& json, std::string where)
    : json_(json), where_(std::move(where)) {
  if (!json_.is_object()) {
    throw WeightsError({"is no JSON object", where_, "", shown(json_)});
  }
}

const json* JsonReader::find(std::string_view name) {
  known_.emplace_back(name);
  const auto found = json_.find(std::string(name));
  return found == json_.end() ? nullptr : &*found;
}

void JsonReader::refuse(std::string_view name, const std::string& expected, const json& got) const {
  throw WeightsError(
      {"'" + std::string(name) + "' has a wrong value", where_, expected, shown(got)});
}

double JsonReader::number(std::string_view name, const json& at, const Range& range,
                          bool whole) const {
  const bool right = whole ? at.is_number_integer() : at.is_number();
  const double value = right ? at.get<double>() : 0.0;
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it doubles skip integers
  if (!right || !range.holds(value) || (whole && std::abs(value) > kExact)) {
    refuse(name, number_text(range, whole), at);
  }
  return value;
}

void JsonReader::field(std::string_view name, bool& value, std::string_view, Range) {
  if (const json* at = find(name)) {
    if (!at->is_boolean()) {
      refuse(name, "true or false", *at);
    }
    value = at->get<bool>();
  }
}

void JsonReader::field(std::string_view name, int& value, std::string_view, Range range) {
  range.min = std::max(range.min, static_cast<double>(std::numeric_limits<int>::min()));
  range.max = std::min(range.max, static_cast<double>(std::numeric_limits<int>::max()));
  if (const json* at = find(name)) {
    value = static_cast<int>(number(name, *at, range, true));
  }
}

void JsonReader::field(std::string_view name, std::int64_t& value, std::string_view, Range range) {
  if (const json* at = find(name)) {
    value = static_cast<std::int64_t>(number(name, *at, range, true));
  }
}

void JsonReader::field(std::string_view name, double& value, std::string_view, Range range) {
  if (const json* at = find(name)) {
    value = number(name, *at, range, false);
  }
}

void JsonReader::field(std::string_view name, std::string& value, std::string_view, Range) {
  if (const json* at = find(name)) {
    if (!at->is_string()) {
      refuse(name, "a text", *at);
    }
    value = at->get<std::string>();
  }
}

void JsonReader::field(std::string_view name, std::filesystem::path& value, std::string_view doc,
                       Range range) {
  std::string text = value.string();
  field(name, text, doc, range);
  value = text;
}

void JsonReader::field(std::string_view name, std::vector<int>& value, std::string_view,
                       Range range) {
  range.min = std::max(range.min, static_cast<double>(std::numeric_limits<int>::min()));
  range.max = std::min(range.max, static_cast<double>(std::numeric_limits<int>::max()));
  if (const json* at = find(name)) {
    if (!at->is_array()) {
      refuse(name, "a list of numbers", *at);
    }
    value.clear();
    for (const json& item : *at) {
      value.push_back(static_cast<int>(number(name, item, range, true)));
    }
  }
}

void JsonReader::field(std::string_view name, std::vector<double>& value, std::string_view,
                       Range range) {
  if (const json* at = find(name)) {
    if (!at->is_array()) {
      refuse(name, "a list of numbers", *at);
    }
    value.clear();
    for (const json& item : *at) {
      value.push_back(number(name, item, range, false));
    }
  }
}

int JsonReader::choose(std::string_view name, const std::vector<std::string>& names) {
  const json* at = find(name);
  if (at == nullptr) {
    return -1;
  }
  const auto found = at->is_string()
                         ? std::find(names.begin(), names.end(), at->get_ref<const std::string&>())
                         : names.end();
  if (found == names.end()) {
    refuse(name, "one of " + joined(names), *at);
  }
  return static_cast<int>(found - names.begin());
}

void JsonReader::require_length(std::string_view name, std::size_t got,
                                std::size_t expected) const {
  if (got != expected) {
    throw WeightsError({"'" + std::string(name) + "' has a wrong length", where_,
                        std::to_string(expected) + " numbers", std::to_string(got)});
  }
}

void JsonReader::finish() const {
  for (const auto& [key, value] : json_.items()) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
      throw WeightsError(
          {"unknown key '" + key + "'; was the file written by a newer version?", where_});
    }
  }
}

}  // namespace jcs::weights
