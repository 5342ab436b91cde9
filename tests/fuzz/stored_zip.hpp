#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jcs::fuzz {

using ZipEntries = std::vector<std::pair<std::string, std::string>>;

/// The entries of an archive in memory; nothing for what is none.
std::optional<ZipEntries> read_zip(const std::string& archive);
/// An archive of these entries, not compressed, with the checksums that they have.
std::string to_zip(const ZipEntries& entries);

}  // namespace jcs::fuzz
