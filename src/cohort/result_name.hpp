#pragma once

#include <string_view>

namespace jcs::cohort {

/// Whether a name may be that of a result folder as it stands: one part of a path, nothing in it
/// that file systems, shells or spreadsheets take for their own, at most 100 bytes.
bool safe_name(std::string_view name);

}  // namespace jcs::cohort
