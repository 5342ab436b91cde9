#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jcs::test {

/// A program that is stopped as soon as it has written a file, its lock for instance, and lives on
/// until it is let finish. Its streams go nowhere.
class PausedProgram {
 public:
  PausedProgram(const std::vector<std::string>& words, const std::filesystem::path& file)
      : child_(::fork()) {
    if (child_ == 0) {
      const int null = ::open("/dev/null", O_RDWR);
      for (const int stream : {0, 1, 2}) ::dup2(null, stream);
      std::vector<char*> arguments;
      for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      ::execv(arguments.front(), arguments.data());
      ::_exit(127);
    }
    // A lock is held once its file says by whom.
    const auto is_there = [&] {
      std::error_code error;
      const auto size = std::filesystem::file_size(file, error);
      return !error && size > 0;
    };
    for (int tries = 0; tries < 60'000 && !is_there(); ++tries) {
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    ::kill(child_, SIGSTOP);
    paused_ = is_there();
  }
  ~PausedProgram() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }
  PausedProgram(const PausedProgram&) = delete;
  PausedProgram& operator=(const PausedProgram&) = delete;

  /// Whether the file was there when the program was stopped.
  [[nodiscard]] bool paused() const { return paused_; }

  /// Its exit code; -1 when a signal ended it.
  int finish() {
    int status = -1;
    ::kill(child_, SIGCONT);
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t child_ = 0;
  bool paused_ = false;
};

}  // namespace jcs::test
