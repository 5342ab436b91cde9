#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "jcs/core/error.hpp"

namespace jcs {

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

/// SHA-256 of a file's content, read in pieces. @throws Error of this code when it cannot be read.
std::string sha256_file(const std::filesystem::path& file, ExitCode code = ExitCode::kInput);

}  // namespace jcs
