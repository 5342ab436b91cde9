#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "jcs/core/error.hpp"

namespace jcs {

// JSON of strangers before a parser sees it. Parsed, each pair of brackets takes some 50 bytes, and
// whoever copies, compares, flattens or prints the result takes a stack frame for every level.

/// How much a JSON text holds, without parsing it.
struct JsonExtent {
  std::size_t depth = 0;   ///< most brackets that are open at once
  std::size_t values = 0;  ///< at least as many as there are
};
JsonExtent json_extent(std::string_view text);

/// Far above any JSON that programs write.
inline constexpr std::size_t kMostJsonDepth = 64;
inline constexpr std::size_t kMostJsonValues = 8'000'000;

/// Nested no deeper than kMostJsonDepth, and of at most `most_values` values.
bool parseable_json(std::string_view text, std::size_t most_values = kMostJsonValues);

/// The document that a text holds, as one of nlohmann's classes: discarded (`is_discarded()`, and
/// neither object nor array) when it is no JSON or not parseable.
template <class Json>
Json parsed_json(std::string_view text, std::size_t most_values = kMostJsonValues) {
  return parseable_json(text, most_values) ? Json::parse(text, nullptr, /*allow_exceptions=*/false)
                                           : Json(Json::value_t::discarded);
}

/// The text of a JSON file that is parseable. @throws Error of the code when the file cannot be
/// read or is beyond what results have
std::string read_json_text(const std::filesystem::path& file, ExitCode code = ExitCode::kInput);

/// The text of a file that may be missing; empty, and so no JSON, where it is. @throws Error of the
/// code when it is there and cannot be read, or is larger than kMostText
std::string text_if_there(const std::filesystem::path& file, ExitCode code);

}  // namespace jcs
