#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "jcs/core/error.hpp"

namespace jcs {

/// A whole file of at most so many bytes, a hole's among them. @throws Error as read_file() does,
/// and one of this code that says how large the file is
std::string read_at_most(std::uintmax_t most, const std::filesystem::path& file,
                         ExitCode code = ExitCode::kInput);

/// What a list, a table or JSON may have at most: millions of lines.
constexpr std::uintmax_t kMostText = std::uintmax_t{256} << 20U;
/// A whole text. @throws Error as read_at_most() does
std::string read_text(const std::filesystem::path& file, ExitCode code = ExitCode::kInput);

/// Reads a file, at most its first `most` bytes, and forgets it. @throws ReadError when the system
/// does not let it be read
void require_readable(const std::filesystem::path& file, std::uintmax_t most);

}  // namespace jcs
