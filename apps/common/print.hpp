#pragma once

#include <string>

namespace jcs::app {

/// Writes text to stdout. @throws OutputError when it cannot be written.
void print(const std::string& text);

/// The same for people: each line without what would steer a terminal.
void print_lines(const std::string& text);

}  // namespace jcs::app
