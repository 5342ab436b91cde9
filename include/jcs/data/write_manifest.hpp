#pragma once

#include <filesystem>
#include <string>

#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// Writes the entries as a CSV file that read_manifest() reads back, whole or not at all. Paths
/// are relative to the file's folder, so that it may move together with the data; the columns
/// `slice` and `mask_value` are there only where an entry has them.
/// @throws UsageError for a file named `.txt`; InputError for a name that CSV cannot hold (a line
/// break, or blanks at its ends); OutputError.
void write_manifest(const std::filesystem::path& file, const Manifest& manifest);

/// What write_manifest() would write. @throws UsageError, InputError as above
std::string manifest_text(const std::filesystem::path& file, const Manifest& manifest);

}  // namespace jcs::data
