#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jcs::cohort {

/// One study of many.
struct Study {
  std::string name;            ///< of its result folder: unique, safe in file names and URLs
  std::filesystem::path path;  ///< a folder of DICOM files or pictures, or a NIfTI file
  std::string shown;  ///< the path as its user knows it: relative to the tree, or as listed
};

/// Studies sorted by name, and what their user should know of how they were found.
struct Studies {
  std::vector<Study> studies;
  std::vector<std::string> warnings;  ///< one sentence each
};

/// The name of the result folder of a study, from its path alone, so that it stays whatever other
/// studies there are: `site/P001` becomes `site__P001`. A name that is not plain (blanks, control
/// and other characters that file systems, shells or spreadsheets take for their own, more than 100
/// bytes) ends with eight hexadecimal digits of the path's hash: `P 001` becomes `P_001-5b1d2c3f`.
/// So does that of a path which is absolute or leads out by `..`, of which the last part alone is
/// taken. Letters of all scripts are kept.
std::string result_name(const std::filesystem::path& path);

}  // namespace jcs::cohort
