#pragma once

#include <filesystem>

#include "jcs/cohort/study.hpp"

namespace jcs::cohort {

/// The studies that a file lists. A `.csv` file has a header with the column `path` and, if wanted,
/// `name`, that of the result folder; other columns are passed over. Any other file has one path a
/// line. Lines that are empty or begin with `#` are passed over. Relative paths start at the list's
/// folder.
/// @throws InputError with file and line: a path that is not there or is neither a folder nor
/// NIfTI, a path or name given twice, a name that is not safe in file names, CSV that is none, an
/// empty list.
Studies read_study_list(const std::filesystem::path& file);

}  // namespace jcs::cohort
