#include "jcs/core/json_text.hpp"

#include <algorithm>
#include <system_error>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/throw_error.hpp"

namespace jcs {

JsonExtent json_extent(std::string_view text) {
  JsonExtent extent;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        in_string = !in_string;
        break;
      case '\\':
        at += in_string ? 1 : 0;
        break;
      case '[':
      case '{':
        if (!in_string) {
          extent.depth = std::max(extent.depth, ++depth);
          ++extent.values;
        }
        break;
      case ']':
      case '}':
        if (!in_string && depth > 0) --depth;
        break;
      case ',':
        extent.values += in_string ? 0 : 1;
        break;
      default:
        break;
    }
  }
  ++extent.values;
  return extent;
}

bool parseable_json(std::string_view text, std::size_t most_values) {
  const JsonExtent extent = json_extent(text);
  return extent.depth <= kMostJsonDepth && extent.values <= most_values;
}

std::string read_json_text(const std::filesystem::path& file, ExitCode code) {
  std::string text = read_text(file, code);
  if (!parseable_json(text)) {
    throw_error(code, {.what = "is nested too deep or holds too many values",
                       .where = file.string(),
                       .expected = "at most " + std::to_string(kMostJsonDepth) + " levels and " +
                                   std::to_string(kMostJsonValues) + " values"});
  }
  return text;
}

std::string text_if_there(const std::filesystem::path& file, ExitCode code) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored) ? read_text(file, code) : std::string();
}

}  // namespace jcs
