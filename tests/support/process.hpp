#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>

#include "support/file_content.hpp"
#include "support/temp_dir.hpp"

namespace jcs::test {

/// What a program did: its exit code (-1 when a signal ended it) and what it wrote.
struct Finished {
  int code = -1;
  std::string out, err;

  /// Lines on stderr.
  [[nodiscard]] auto error_lines() const { return std::count(err.begin(), err.end(), '\n'); }
};

/// The word as a POSIX shell takes it literally.
inline std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) {
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return text + "'";
}

/// Runs a program as a user would, from a shell; `prelude`: shell commands before it.
inline Finished run_program(const std::vector<std::string>& words,
                            const std::string& prelude = "") {
  const TempDir streams;
  std::string command = prelude.empty() ? "" : prelude + "; ";
  command += "exec";
  for (const std::string& word : words) {
    command.append(" ").append(quoted(word));
  }
  // The outer shell redirects, so that limits of the prelude do not touch what the test reads.
  command = "sh -c " + test::quoted(command) + " </dev/null >" +
            quoted((streams / "out").string()) + " 2>" + quoted((streams / "err").string());
  const int status = std::system(command.c_str());
  Finished finished;
  finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  finished.out = content_of(streams / "out");
  finished.err = content_of(streams / "err");
  return finished;
}

/// A program of this build.
inline std::string program(const std::string& name) {
  return (std::filesystem::path(JCS_BIN_DIR) / name).string();
}

}  // namespace jcs::test
