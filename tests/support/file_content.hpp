#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace jcs::test {

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace jcs::test
