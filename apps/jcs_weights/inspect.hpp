#pragma once

#include <filesystem>
#include <string>

namespace jcs::app {

/// Lines for a person: facts of the file behind `#`, then a tensor a line: name, type, shape.
std::string inspect(const std::filesystem::path& file);

/// The same for programs.
std::string inspect_json(const std::filesystem::path& file);

}  // namespace jcs::app
