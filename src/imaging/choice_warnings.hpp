#pragma once

#include <string>
#include <vector>

#include "folder_scan.hpp"
#include "series_catalog.hpp"

namespace jcs::imaging {

/// What a reader of the result should know of all that lay in the folder beside the series that is
/// read, one sentence each.
std::vector<std::string> choice_warnings(const std::vector<Series>& catalog, const Series& chosen,
                                         const FolderContent& content);

/// A sentence on files and folders that could not be read, a line of each; none where all could.
std::vector<std::string> unreadable_warnings(const std::vector<std::string>& lines);

}  // namespace jcs::imaging
