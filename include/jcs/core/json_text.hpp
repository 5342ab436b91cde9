#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "jcs/core/error.hpp"

namespace jcs {

// JSON of strangers before a parser sees it. Parsed, each pair of brackets takes some 50 bytes, and
// what is done with the result recurses as deep as it is nested.

/// How much a JSON text holds, without parsing it.
struct JsonExtent {
  std::size_t depth = 0;   ///< most brackets that are open at once
  std::size_t values = 0;  ///< at least as many as there are
};
JsonExtent json_extent(std::string_view text);

/// Nested no deeper than anything that programs write, and of at most `most_values` values.
bool parseable_json(std::string_view text, std::size_t most_values);

/// The text of a JSON file that is parseable. @throws Error of the code when the file cannot be
/// read or is beyond what results have
std::string read_json_text(const std::filesystem::path& file, ExitCode code = ExitCode::kInput);

}  // namespace jcs
