#include "jcs/core/folder_id.hpp"

#include <cerrno>

#include <sys/stat.h>

namespace jcs {

std::optional<FolderId> folder_id(const std::filesystem::path& folder, std::error_code& error) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    error = {errno, std::generic_category()};
    return std::nullopt;
  }
  error.clear();
  return FolderId{static_cast<std::uint64_t>(status.st_dev),
                  static_cast<std::uint64_t>(status.st_ino)};
}

bool is_failure_of_look(const std::error_code& error) {
  return error && error != std::errc::no_such_file_or_directory &&
         error != std::errc::too_many_symbolic_link_levels && error != std::errc::not_a_directory;
}

}  // namespace jcs
