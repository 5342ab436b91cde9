#pragma once

#include <filesystem>

namespace jcs::imaging {

/// Order of file names as people number them: digits count as numbers, so that slice_2 comes before
/// slice_10. Folders are compared first. A strict weak order of all paths.
bool natural_less(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace jcs::imaging
