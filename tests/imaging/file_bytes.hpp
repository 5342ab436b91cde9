#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "support/file_content.hpp"

namespace jcs::test {

inline void overwrite(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

}  // namespace jcs::test
