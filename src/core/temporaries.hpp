#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

// The names under which files and folders are made before they take their places, and the steps
// that atomic_file and pending_files share.
namespace jcs {

/// Behind the name of a folder on its way out.
constexpr std::string_view kOld = ".old";

/// What the user takes away from the rights of new files.
mode_t file_mask();
/// The folder that a path lies in; `.` for a bare name.
std::filesystem::path parent_of(const std::filesystem::path& path);
/// For mkstemp and mkdtemp: a temporary beside `target`.
std::string temporary_pattern(const std::filesystem::path& target);
/// All temporaries of a folder, of whatever target.
std::vector<std::filesystem::path> temporaries_in(const std::filesystem::path& folder);

/// Flushes a file's or folder's content to the disk; a rename alone may survive a crash that its
/// content does not. @throws OutputError about `named`
void flush_to_disk(const std::filesystem::path& path, const std::filesystem::path& named);
/// @throws OutputError about `named`
void rename_or_throw(const std::filesystem::path& from, const std::filesystem::path& to,
                     const std::filesystem::path& named);

}  // namespace jcs
