#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/core/progress.hpp"

#include "slice_header.hpp"

namespace jcs::imaging {

/// What lies in a folder and everything below it.
struct FolderContent {
  std::vector<SliceHeader> slices;              ///< of all DICOM files with pixels, by file name
  std::vector<std::filesystem::path> pictures;  ///< files named like pictures that are no DICOM
  std::vector<std::string> unreadable;  ///< a line per file or folder that could not be read
  std::size_t files = 0;                ///< regular files altogether
  std::size_t foreign = 0;              ///< of them neither DICOM nor pictures
  std::size_t without_pixels = 0;       ///< of them DICOM without pixels
};

/// Looks at every regular file, in the order of their names. Symbolic links are followed, each
/// folder is visited once; pipes, sockets and devices are left alone. Passed over below `folder`
/// are `leave_out` (empty: none) and results of jcs, folders with result.json and report.html.
/// @throws InputError when `folder` is no folder.
FolderContent scan_folder(const std::filesystem::path& folder,
                          const std::filesystem::path& leave_out, int threads, Progress& progress,
                          const std::stop_token& stop);

}  // namespace jcs::imaging
