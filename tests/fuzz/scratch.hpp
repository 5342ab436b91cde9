#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "jcs/core/error.hpp"

namespace jcs::fuzz {

/// A folder of this process: where TMPDIR says, else in memory where there is one. The readers take
/// files, and thousands of them a second.
class Scratch {
 public:
  Scratch() {
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory =
        std::getenv("TMPDIR") == nullptr && ::access(memory.c_str(), W_OK | X_OK) == 0;
    const auto place = in_memory ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (place / "jcs-fuzz-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    folder_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// The file `name` with this content.
  std::filesystem::path file(const std::string& name, const std::string& content) const {
    std::filesystem::path path = folder_ / name;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    return path;
  }

 private:
  std::filesystem::path folder_;
};

inline const Scratch& scratch() {
  static const Scratch scratch;
  return scratch;
}

inline std::string text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A file may be refused in one line, and in no other way: every other exception is a find.
template <class Read>
void refuse_or_read(const Read& read) {
  try {
    read();
  } catch (const Error&) {
  }
}

}  // namespace jcs::fuzz
