#pragma once

#include <filesystem>

#include "jcs/core/error.hpp"

namespace jcs::app {

/// Sees that --json and --csv, as far as they are given, do not name one file, of which only the
/// one that is written last would be left. @throws UsageError
inline void require_different(const std::filesystem::path& json, const std::filesystem::path& csv) {
  std::error_code ignored;
  if (!json.empty() && !csv.empty() &&
      std::filesystem::weakly_canonical(json, ignored) ==
          std::filesystem::weakly_canonical(csv, ignored)) {
    throw UsageError({"one file cannot be both", "--json and --csv", "two files", json.string()});
  }
}

}  // namespace jcs::app
