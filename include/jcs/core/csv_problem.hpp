#pragma once

#include <exception>
#include <filesystem>
#include <string>

#include "jcs/core/error.hpp"

namespace jcs {

/// A CSV file's text for the parser, which would take a byte of zero for the end of a line and,
/// where the last line has no end, look for one behind the text.
/// @throws InputError for one that holds any, as UTF-16 does; Error as read_text() does
std::string csv_text(const std::filesystem::path& file);

/// What the CSV parser says of a file, as an error of ours: which line, and what is wrong with it.
/// @param error an exception of the parser (`io::error::base`)
/// @param line from 1, for errors that name none themselves; 0: not known
InputError csv_problem(const std::exception& error, const std::filesystem::path& file,
                       unsigned line = 0);

}  // namespace jcs
