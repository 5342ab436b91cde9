#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "jcs/core/progress.hpp"

namespace jcs::cohort {

/// What a folder directly holds of use.
struct Holding {
  bool dicom = false;
  bool named_alone = false;  ///< no file is DICOM but by its name
  std::string key;     ///< patient and study of the DICOM files; empty where the UID was erased
  bool mixed = false;  ///< the files looked at are of different studies
  bool pictures = false;
};

struct Tree {
  /// By path below the root. Paths order part by part, so what lies below a folder follows it.
  std::map<std::filesystem::path, Holding> folders;
  std::vector<std::filesystem::path> volumes;  ///< NIfTI files below the root
  std::vector<std::string> unreadable;         ///< a line each
};

/// Walks a tree; see find_studies.hpp for what is passed over.
Tree walk_tree(const std::filesystem::path& root, const std::filesystem::path& output,
               Progress& progress, const std::stop_token& stop);

}  // namespace jcs::cohort
