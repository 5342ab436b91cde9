#include "staged_file.hpp"

#include <algorithm>
#include <cerrno>
#include <ios>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"

#include "lock_file.hpp"
#include "temporaries.hpp"

namespace jcs {

namespace fs = std::filesystem;

namespace {

// Temporary files that no process holds any more: whoever writes one has it locked.
void remove_leftover_files(const fs::path& folder) {
  for (const fs::path& file : temporaries_in(folder)) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
      continue;  // a folder, or not ours to remove
    }
    struct stat state {};
    if (::fstat(fd, &state) == 0 && S_ISREG(state.st_mode) &&
        lock_file(fd, LOCK_EX | LOCK_NB) == 0) {
      ::unlink(file.c_str());
    }
    ::close(fd);
  }
}

// A folder that is being made, or lies in one: it is new, and nobody else writes there.
bool is_under_way(const fs::path& folder) {
  return std::any_of(folder.begin(), folder.end(), [](const fs::path& part) {
    return !target_of_temporary(part.native()).empty();
  });
}

// Once for each folder: looking through one that holds thousands of files takes its time. Folders
// under way have new names each time, which a process of thousands of studies would remember.
void remove_leftover_files_once(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> seen;
  std::error_code ignored;
  const fs::path whole = fs::absolute(folder, ignored);
  if (is_under_way(whole)) {
    return;
  }
  {
    const std::scoped_lock guard(mutex);
    if (!seen.insert(whole).second) {
      return;
    }
  }
  remove_leftover_files(folder);
}

struct Temporary {
  fs::path path;
  int fd = -1;
};

// An open file beside `file`, locked as long as it or a copy of its descriptor is open.
Temporary open_temporary(const fs::path& file) {
  for (;;) {
    std::string pattern = temporary_pattern(file);
    const int fd = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw OutputError({"cannot be written: " + reason_of(errno), file.string()});
    }
    struct stat state {};
    const bool locked = lock_file(fd, LOCK_EX) == 0;
    if (!locked || ::fstat(fd, &state) != 0 || state.st_nlink > 0) {
      return {pattern, fd};
    }
    // Another process took it for a leftover before it was locked.
    ::close(fd);
  }
}

// Where a link leads, and the links behind it, whose end is not there yet.
fs::path end_of_links(const fs::path& file) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  fs::path end = file;
  for (int i = 0; i <= kMostLinks; ++i) {
    std::error_code error;
    if (!fs::is_symlink(fs::symlink_status(end, error))) {
      return end;
    }
    end = parent_of(end) / fs::read_symlink(end, error);
    if (error) {
      throw OutputError({"cannot be written: " + error.message(), file.string()});
    }
  }
  throw OutputError({"cannot be written: " + reason_of(ELOOP), file.string()});
}

// Where the file lies that is to be replaced: a link stays one, and what is no file, such as
// /dev/null, is not replaced by one.
fs::path to_replace(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) {
    return end_of_links(file);
  }
  if (!fs::is_regular_file(status)) {
    throw OutputError({"cannot be written: it is no regular file", file.string()});
  }
  return fs::is_symlink(fs::symlink_status(file, error)) ? fs::canonical(file, error) : file;
}

}  // namespace

StagedFile::StagedFile(const fs::path& file, const std::function<void(std::ostream&)>& write)
    : file_(to_replace(file)) {
  remove_leftover_files_once(parent_of(file_));
  const Temporary made = open_temporary(file_);
  temporary_ = made.path;
  // Closing tells of errors and comes before the rename; the copy keeps the lock beyond it.
  lock_ = ::fcntl(made.fd, F_DUPFD_CLOEXEC, 0);
  try {
    write_all(made.fd, write);
  } catch (const std::ios_base::failure&) {
    forget();
    throw OutputError({"writing failed: " + reason_of(EIO), file_.string()});
  } catch (...) {
    forget();
    throw;
  }
}

void StagedFile::write_all(int descriptor, const std::function<void(std::ostream&)>& write) {
  OutputFile out(descriptor, file_);
  // mkostemp makes the file private; give it the rights that an ordinary new file would have.
  ::fchmod(descriptor, 0666 & ~file_mask());
  write(out);
  out.close(/*to_disk=*/true);
}

StagedFile::~StagedFile() { forget(); }

void StagedFile::publish() {
  rename_or_throw(temporary_, file_, file_);
  temporary_.clear();
  forget();
  flush_to_disk(parent_of(file_), file_);
}

void StagedFile::forget() {
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
    temporary_.clear();
  }
  if (lock_ >= 0) {
    ::close(std::exchange(lock_, -1));
  }
}

}  // namespace jcs
