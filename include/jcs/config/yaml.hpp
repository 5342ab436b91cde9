#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "jcs/core/fields.hpp"

namespace jcs::config {

/// Fills an options struct (see core/fields.hpp) from one mapping of a YAML document. A field that
/// the file does not name keeps its value. @throws UsageError with `file:line` for unknown keys
/// (with the nearest known one), wrong types, values out of range and keys given twice.
class Reader {
 public:
  /// The document's root. `overrides`: `a.b=c` as from the command line, stronger than the file.
  /// @throws UsageError when the file cannot be read or is no YAML.
  Reader(const std::filesystem::path& file, const std::vector<std::string>& overrides);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader& operator=(Reader&&) = delete;

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
  template <std::size_t N>
  void field(std::string_view name, std::array<double, N>& value, std::string_view doc,
             Range range = {}) {
    std::vector<double> list(value.begin(), value.end());
    field(name, list, doc, range);
    require_length(name, list.size(), N);
    std::copy(list.begin(), list.end(), value.begin());
  }

  template <class Enum>
  void choice(std::string_view name, Enum& value, std::string_view doc,
              Choices<std::type_identity_t<Enum>> choices) {
    std::vector<std::string> names;
    for (const auto& [text, ignored] : choices) {
      names.emplace_back(text);
    }
    const int index = choose(name, names, doc);
    if (index >= 0) {
      value = std::next(choices.begin(), index)->second;
    }
  }

  template <class Options>
  void section(std::string_view name, Options& value, std::string_view) {
    Reader child = enter(name);
    value.describe(child);
    child.finish();
  }

  /// Refuses what the description did not name. Call it once, after `describe`.
  void finish() const;

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);
  Reader enter(std::string_view name);
  int choose(std::string_view name, const std::vector<std::string>& names, std::string_view doc);
  void require_length(std::string_view name, std::size_t got, std::size_t expected) const;

  std::unique_ptr<State> state_;
};

/// Reads options from a YAML file; what neither the file nor the overrides name has its default.
template <class Options>
Options load(const std::filesystem::path& file, const std::vector<std::string>& overrides = {},
             Options defaults = {}) {
  Reader reader(file, overrides);
  defaults.describe(reader);
  reader.finish();
  return defaults;
}

/// Writes options as YAML: every field with its value, below a comment that explains it.
class Writer {
 public:
  explicit Writer(int depth = 0) : depth_(depth) {}

  void field(std::string_view name, bool value, std::string_view doc, Range = {}) {
    line(name, value ? "true" : "false", doc);
  }
  void field(std::string_view name, int value, std::string_view doc, Range = {}) {
    line(name, std::to_string(value), doc);
  }
  void field(std::string_view name, std::int64_t value, std::string_view doc, Range = {}) {
    line(name, std::to_string(value), doc);
  }
  void field(std::string_view name, double value, std::string_view doc, Range = {});
  void field(std::string_view name, const std::string& value, std::string_view doc, Range = {});
  void field(std::string_view name, const std::filesystem::path& value, std::string_view doc,
             Range = {}) {
    field(name, value.string(), doc);
  }
  template <class Numbers>
  requires std::is_arithmetic_v<typename Numbers::value_type> &&
      (!std::is_same_v<Numbers, std::string>)void field(std::string_view name,
                                                        const Numbers& values, std::string_view doc,
                                                        Range = {}) {
    list(name, std::vector<double>(values.begin(), values.end()), doc);
  }
  template <class Enum>
  void choice(std::string_view name, Enum value, std::string_view doc,
              Choices<std::type_identity_t<Enum>> choices) {
    std::string chosen;
    std::string names;
    for (const auto& [text, meaning] : choices) {
      names += (names.empty() ? "" : " | ") + std::string(text);
      if (meaning == value) {
        chosen = text;
      }
    }
    line(name, chosen, std::string(doc) + " (" + names + ")");
  }
  template <class Options>
  void section(std::string_view name, Options& value, std::string_view doc) {
    line(name, "", doc);
    Writer child(depth_ + 1);
    value.describe(child);
    text_ += child.text_;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void line(std::string_view name, std::string_view value, std::string_view doc);
  void list(std::string_view name, const std::vector<double>& values, std::string_view doc);

  int depth_;
  std::string text_;
};

/// The YAML that reads back as these options.
template <class Options>
std::string to_yaml(Options options) {
  Writer writer;
  options.describe(writer);
  return writer.text();
}

}  // namespace jcs::config
