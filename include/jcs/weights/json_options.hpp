#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/core/fields.hpp"

// Options structs (core/fields.hpp) as JSON and back.
namespace jcs::weights {

/// Writes every field.
class JsonWriter {
 public:
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, Range = {}) {
    if constexpr (std::is_same_v<T, std::filesystem::path>) {
      json_[std::string(name)] = value.string();
    } else {
      json_[std::string(name)] = value;
    }
  }
  template <class Enum>
  void choice(std::string_view name, Enum value, std::string_view,
              Choices<std::type_identity_t<Enum>> choices) {
    for (const auto& [text, meaning] : choices) {
      if (meaning == value) {
        json_[std::string(name)] = text;
      }
    }
  }
  template <class Options>
  void section(std::string_view name, Options& value, std::string_view) {
    JsonWriter child;
    value.describe(child);
    json_[std::string(name)] = child.json_;
  }
  [[nodiscard]] const nlohmann::ordered_json& json() const { return json_; }

 private:
  nlohmann::ordered_json json_ = nlohmann::ordered_json::object();
};

template <class Options>
nlohmann::ordered_json to_json(Options options) {
  JsonWriter writer;
  options.describe(writer);
  return writer.json();
}

/// Fills an options struct from a JSON object. Fields that it lacks keep their value: a file that
/// an older version wrote means that version's defaults. @throws WeightsError with `where` for
/// unknown keys, wrong types and values out of range.
class JsonReader {
 public:
  /// @param where  file and place in it, for messages
  JsonReader(const nlohmann::json& json, std::string where);

  void field(std::string_view name, bool& value, std::string_view doc, Range range = {});
  void field(std::string_view name, int& value, std::string_view doc, Range range = {});
  void field(std::string_view name, std::int64_t& value, std::string_view doc, Range range = {});
  void field(std::string_view name, double& value, std::string_view doc, Range range = {});
  void field(std::string_view name, std::string& value, std::string_view doc, Range range = {});
  void field(std::string_view name, std::filesystem::path& value, std::string_view doc,
             Range range = {});
  void field(std::string_view name, std::vector<int>& value, std::string_view doc,
             Range range = {});
  void field(std::string_view name, std::vector<double>& value, std::string_view doc,
             Range range = {});
  template <class T, std::size_t N>
  void field(std::string_view name, std::array<T, N>& value, std::string_view doc,
             Range range = {}) {
    std::vector<T> list(value.begin(), value.end());
    field(name, list, doc, range);
    require_length(name, list.size(), N);
    std::copy(list.begin(), list.end(), value.begin());
  }
  template <class Enum>
  void choice(std::string_view name, Enum& value, std::string_view,
              Choices<std::type_identity_t<Enum>> choices) {
    std::vector<std::string> names;
    for (const auto& [text, meaning] : choices) {
      names.emplace_back(text);
    }
    const int index = choose(name, names);
    if (index >= 0) {
      value = std::next(choices.begin(), index)->second;
    }
  }
  template <class Options>
  void section(std::string_view name, Options& value, std::string_view) {
    if (const nlohmann::json* found = find(name)) {
      JsonReader child(*found, where_ + "." + std::string(name));
      value.describe(child);
      child.finish();
    }
  }

  /// Refuses what the description did not name. Call it once, after `describe`.
  void finish() const;

 private:
  const nlohmann::json* find(std::string_view name);
  [[noreturn]] void refuse(std::string_view name, const std::string& expected,
                           const nlohmann::json& got) const;
  double number(std::string_view name, const nlohmann::json& at, const Range& range,
                bool whole) const;
  int choose(std::string_view name, const std::vector<std::string>& names);
  void require_length(std::string_view name, std::size_t got, std::size_t expected) const;

  const nlohmann::json& json_;
  std::string where_;
  std::vector<std::string> known_;
};

template <class Options>
Options from_json(const nlohmann::json& json, const std::string& where, Options defaults = {}) {
  JsonReader reader(json, where);
  defaults.describe(reader);
  reader.finish();
  return defaults;
}

}  // namespace jcs::weights
