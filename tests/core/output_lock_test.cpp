#include "jcs/core/output_lock.hpp"

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"

#include "support/error_line.hpp"
#include "support/file_content.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::AtomicFolder;
using jcs::OutputLock;
using jcs::test::error_line;
using jcs::test::TempDir;
using testing::HasSubstr;

bool empty(const fs::path& folder) { return fs::is_empty(folder); }

/// Another process that does `action` and then waits until it is killed, as the object's end does.
class Other {
 public:
  template <class Action>
  explicit Other(Action&& action) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    child_ = ::fork();
    if (child_ == 0) {
      action([&] {
        EXPECT_EQ(::write(ends[1], "x", 1), 1);
        for (;;) ::pause();
      });
      ::_exit(1);
    }
    ::close(ends[1]);
    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 1) << "the other process ended early";
    ::close(ends[0]);
  }
  ~Other() { kill(); }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;
  void kill() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
      child_ = 0;
    }
  }
  [[nodiscard]] pid_t id() const { return child_; }

 private:
  pid_t child_ = 0;
};

TEST(OutputLock, LeavesNothing) {
  const TempDir dir;
  { const auto lock = OutputLock::beside(dir / "result"); }
  { const auto lock = OutputLock::inside(dir.path()); }
  EXPECT_TRUE(empty(dir.path()));
}

TEST(OutputLock, AnotherProcessIsNamed) {
  const TempDir dir;
  Other other([&](const auto& wait) {
    const auto lock = OutputLock::beside(dir / "result");
    wait();
  });
  const std::string line =
      error_line<jcs::OutputError>([&] { OutputLock::beside(dir / "result"); });
  EXPECT_THAT(line, HasSubstr((dir / "result").string() + ": another run is writing it: process " +
                              std::to_string(other.id()) + " on "));
  EXPECT_FALSE(OutputLock::if_free(dir / ".result.lock", dir / "result").has_value());
  const auto of_another_output = OutputLock::beside(dir / "result2");
}

TEST(OutputLock, IsGoneWithAKilledProcess) {
  const TempDir dir;
  Other other([&](const auto& wait) {
    const auto lock = OutputLock::beside(dir / "result");
    wait();
  });
  other.kill();
  EXPECT_TRUE(fs::exists(dir / ".result.lock"));
  { const auto lock = OutputLock::beside(dir / "result"); }
  EXPECT_TRUE(empty(dir.path()));
}

TEST(OutputLock, NamesAFolderThatCannotBeWritten) {
  EXPECT_EQ(error_line<jcs::OutputError>([] { OutputLock::beside("/no/such/result"); }),
            "/no/such/result: cannot be written: No such file or directory");
}

// Processes that take and drop the lock all the time never hold it at once.
TEST(OutputLock, NoTwoHoldItWhileItsFileComesAndGoes) {
  const TempDir dir;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      int held = 0, wrong = 0;
      for (int tries = 0; held < 100 && tries < 2'000'000; ++tries) {
        if (auto lock = OutputLock::if_free(dir / ".lock", dir.path())) {
          ++held;
          wrong += ::mkdir((dir / "held").c_str(), 0777) == 0 ? 0 : 1;
          ::rmdir((dir / "held").c_str());
        }
      }
      ::_exit(held < 100 ? 2 : wrong == 0 ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_TRUE(empty(dir.path()));
}

TEST(AtomicFolder, IsMadeByOneProcessAtATime) {
  const TempDir dir;
  {
    Other other([&](const auto& wait) {
      const AtomicFolder folder(dir / "result");
      std::ofstream(folder.path() / "half") << "1";
      wait();
    });
    EXPECT_THAT(error_line<jcs::OutputError>([&] { const AtomicFolder folder(dir / "result"); }),
                HasSubstr("another run is writing it"));
    EXPECT_FALSE(fs::exists(dir / "result"));
  }
  // The other was killed: what it left goes with the next.
  {
    AtomicFolder folder(dir / "result");
    folder.commit();
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator{}), 1);
}

TEST(AtomicFile, WhatAKilledProcessLeftGoesWithTheNext) {
  const TempDir dir;
  const auto temporaries = [&] {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(dir.path())) {
      count += jcs::target_of_temporary(entry.path().filename().string()) == "f" ? 1 : 0;
    }
    return count;
  };
  std::ofstream(dir / ".f.backup") << "of somebody else";
  Other other([&](const auto& wait) {
    jcs::write_file(dir / "f", [&](std::ostream& out) {
      out << "half";
      wait();
    });
  });
  EXPECT_EQ(temporaries(), 1);
  const auto in_a_new_process = [&] {
    const pid_t child = ::fork();
    if (child == 0) {
      jcs::write_file(dir / "g", "x");
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
  };
  in_a_new_process();
  EXPECT_EQ(temporaries(), 1) << "that of a process that lives";
  other.kill();
  in_a_new_process();
  EXPECT_EQ(temporaries(), 0);
  EXPECT_TRUE(fs::exists(dir / ".f.backup"));
}

TEST(OutputLock, AFileOfSomebodyElseIsNoLock) {
  const TempDir dir;
  std::ofstream(dir / ".lock") << "kept by another program";
  EXPECT_THAT(error_line<jcs::OutputError>([&] { OutputLock::inside(dir.path()); }),
              HasSubstr(".lock: is in the way of the lock"));
  EXPECT_EQ(jcs::test::content_of(dir / ".lock"), "kept by another program");
  fs::rename(dir / ".lock", dir / "precious");
  fs::create_symlink("precious", dir / ".lock");
  error_line<jcs::OutputError>([&] { OutputLock::inside(dir.path()); });
  EXPECT_EQ(jcs::test::content_of(dir / "precious"), "kept by another program");
}

}  // namespace
