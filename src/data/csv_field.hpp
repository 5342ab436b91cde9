#pragma once

#include <string>

namespace jcs::data {

/// The text as a field of a CSV file: quoted where it holds a comma or a quote.
inline std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace jcs::data
