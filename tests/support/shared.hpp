#pragma once

#include <filesystem>

namespace jcs::test {

inline std::filesystem::path shared_dir() { return JCS_SHARED_DIR; }
inline std::filesystem::path reference_dir() { return shared_dir() / "reference"; }
inline std::filesystem::path data_dir() { return shared_dir() / "data"; }

}  // namespace jcs::test

/// Skips the test, saying why, where a file or folder outside the repository is absent.
#define JCS_NEEDS(path)                                                                       \
  do {                                                                                        \
    if (!std::filesystem::exists(path)) {                                                     \
      GTEST_SKIP() << "needs " << (path).string() << ", which is not part of the repository"; \
    }                                                                                         \
  } while (false)
