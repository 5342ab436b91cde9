#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "jcs/core/error.hpp"
#include "jcs/core/fields.hpp"
#include "jcs/core/text.hpp"

namespace jcs::imaging {

/// Refuses fields out of the range that their description names. @throws UsageError
class RangeCheck {
 public:
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, Range range = any()) {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      if (range.holds(static_cast<double>(value))) return;
      std::string expected = (range.above ? "above " : "at least ") + jcs::to_text(range.min);
      if (range.max < std::numeric_limits<double>::infinity()) {
        expected += " and at most " + jcs::to_text(range.max);
      }
      throw UsageError(
          {"out of range", std::string(name), expected, jcs::to_text(static_cast<double>(value))});
    }
  }
  template <class Enum>
  void choice(std::string_view, const Enum&, std::string_view,
              Choices<std::type_identity_t<Enum>>) {}
  template <class Options>
  void section(std::string_view, Options& value, std::string_view) {
    value.describe(*this);
  }
};

/// All fields as lines `name: value`: equal texts mean equal options.
class OptionText {
 public:
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, Range = any()) {
    if constexpr (std::is_same_v<T, bool>) {
      add(name, value ? "true" : "false");
    } else {
      add(name, jcs::to_text(static_cast<double>(value)));
    }
  }
  template <class Enum>
  void choice(std::string_view name, const Enum& value, std::string_view,
              Choices<std::type_identity_t<Enum>> choices) {
    const auto* found = std::find_if(choices.begin(), choices.end(),
                                     [&](const auto& choice) { return choice.second == value; });
    add(name, found == choices.end() ? "" : found->first);
  }
  template <class Options>
  void section(std::string_view, Options& value, std::string_view) {
    value.describe(*this);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void add(std::string_view name, std::string_view value) {
    text_.append(name).append(": ").append(value).append("\n");
  }

  std::string text_;
};

}  // namespace jcs::imaging
