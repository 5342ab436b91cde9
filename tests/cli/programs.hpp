#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace jcs::test {

/// The paths of all programs of this build.
inline std::vector<std::string> programs() {
  std::vector<std::string> files;
  std::istringstream list(JCS_PROGRAMS);
  for (std::string file; std::getline(list, file, '|');) files.push_back(file);
  return files;
}

inline std::string name_of_program(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path(info.param).filename().string();
}

}  // namespace jcs::test
