#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "jcs/core/fields.hpp"

namespace jcs::app {

/// Gives a command a flag for every field that an options struct describes: `slice_spacing_mm`
/// becomes `--slice-spacing-mm`. A bool that is true to begin with is what its text tells to do,
/// and becomes `--no-…`. The struct must live until the command line is parsed. Ranges are left to
/// the library, which refuses what it cannot work with.
class OptionFlags {
 public:
  explicit OptionFlags(CLI::App& command) : command_(command) {}

  void field(std::string_view name, bool& value, std::string_view doc, Range = any()) {
    if (value) {
      command_.add_flag_callback(
          "--no-" + flag(name).substr(2), [&value] { value = false; },
          "do not " + std::string(doc));
    } else {
      command_.add_flag(flag(name), value, std::string(doc));
    }
  }
  template <class T>
  void field(std::string_view name, T& value, std::string_view doc, Range = any()) {
    command_.add_option(flag(name), value, std::string(doc))->capture_default_str();
  }
  template <class Enum>
  void choice(std::string_view name, Enum& value, std::string_view doc,
              Choices<std::type_identity_t<Enum>> choices) {
    std::string names;
    std::string chosen;
    for (const auto& [text, meaning] : choices) {
      names += (names.empty() ? "" : "|") + std::string(text);
      if (meaning == value) chosen = text;
    }
    const std::vector<std::pair<std::string, Enum>> known(choices.begin(), choices.end());
    command_
        .add_option_function<std::string>(
            flag(name),
            [&value, known, names, flag = flag(name)](const std::string& given) {
              const auto found = std::find_if(known.begin(), known.end(), [&](const auto& choice) {
                return choice.first == given;
              });
              if (found == known.end()) {
                throw CLI::ValidationError(flag, "'" + given + "' is none of " + names);
              }
              value = found->second;
            },
            std::string(doc))
        ->type_name(names)
        ->default_str(chosen);
  }
  template <class Options>
  void section(std::string_view, Options& value, std::string_view) {
    value.describe(*this);
  }

 private:
  static std::string flag(std::string_view name) {
    std::string text = "--" + std::string(name);
    std::replace(text.begin(), text.end(), '_', '-');
    return text;
  }

  CLI::App& command_;
};

}  // namespace jcs::app
