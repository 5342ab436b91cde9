#pragma once

#include <filesystem>
#include <vector>

#include "jcs/core/error.hpp"

namespace jcs::app {

/// Sees that --json and --csv, as far as they are given, do not name one file, of which only the
/// one that is written last would be left, nor one of those that are read, which would be lost.
/// @param read files that may not be given (empty) or not be there
/// @throws UsageError
inline void require_different(const std::filesystem::path& json, const std::filesystem::path& csv,
                              const std::vector<std::filesystem::path>& read) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!json.empty() && !csv.empty() &&
      fs::weakly_canonical(json, ignored) == fs::weakly_canonical(csv, ignored)) {
    throw UsageError({"one file cannot be both", "--json and --csv", "two files", json.string()});
  }
  for (const fs::path& written : {json, csv}) {
    for (const fs::path& file : read) {
      if (!written.empty() && !file.empty() && fs::equivalent(written, file, ignored)) {
        throw UsageError({"is read and would be replaced", written.string(), "another file"});
      }
    }
  }
}

}  // namespace jcs::app
