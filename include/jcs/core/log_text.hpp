#pragma once

#include <string_view>

// Lines for the library's logger (core/log.hpp) from code that includes LibTorch: its headers carry
// another version of the formatting library that spdlog's are made of, so the two cannot meet.
namespace jcs {

void log_debug(std::string_view line);
void log_info(std::string_view line);
void log_warning(std::string_view line);

/// Leaves out everything but warnings and errors from now on.
void log_warnings_only();

}  // namespace jcs
