#pragma once

#include <filesystem>

#include "jcs/core/atomic_file.hpp"

namespace jcs::app {

/// Where the result of a study goes unless told otherwise: the study's name with `_jcs`, in the
/// current folder.
std::filesystem::path default_output(const std::filesystem::path& study);

/// Whether a folder holds a result of jcs_diagnose and nothing else, so that replacing it loses
/// nothing but that result.
bool is_earlier_result(const std::filesystem::path& folder);

/// The folder to fill. @throws OutputError when it cannot be written, holds other files, or holds
/// an earlier result and `overwrite` is not set.
AtomicFolder open_output(const std::filesystem::path& folder, bool overwrite);

}  // namespace jcs::app
