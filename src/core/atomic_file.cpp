#include "jcs/core/atomic_file.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <ios>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/pending_files.hpp"

namespace jcs {

namespace fs = std::filesystem;

namespace {

// A temporary of NAME is `.NAME.jcs-XXXXXX`; a folder on its way out has `.old` behind that.
constexpr std::string_view kMark = ".jcs-";
constexpr std::string_view kOld = ".old";
constexpr std::size_t kRandom = 6;

// What the user takes away from the rights of new files. umask() tells it only by setting another
// for the moment: files that other threads make meanwhile would be open to all, and two that ask at
// once might leave it so.
mode_t file_mask() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "Umask:" && status >> word) {
      return static_cast<mode_t>(std::strtoul(word.c_str(), nullptr, 8));
    }
  }
  return 077;
}

fs::path parent_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

std::string temporary_pattern(const fs::path& target) {
  return (parent_of(target) /
          ("." + target.filename().string() + std::string(kMark) + std::string(kRandom, 'X')))
      .string();
}

// Flushes a file's or folder's content to the disk; a rename alone may survive a crash that its
// content does not.
void flush_to_disk(const fs::path& path, const fs::path& named) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    throw OutputError({"cannot be flushed: " + reason_of(errno), named.string()});
  }
  int failed = 0;
  do {
    failed = ::fsync(fd) == 0 ? 0 : errno;
  } while (failed == EINTR);
  ::close(fd);
  // Some file systems cannot flush folders and say so; that loses nothing that could be kept.
  if (failed != 0 && failed != EINVAL && failed != ENOTSUP) {
    throw OutputError({"cannot be flushed: " + reason_of(failed), named.string()});
  }
}

void rename_or_throw(const fs::path& from, const fs::path& to, const fs::path& named) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    throw OutputError({"cannot be written: " + error.message(), named.string()});
  }
}

// The folder and those around it that do not exist, the innermost first.
std::vector<fs::path> missing_from(fs::path folder) {
  std::vector<fs::path> missing;
  std::error_code error;
  while (!folder.empty() && !fs::exists(folder, error) && !error) {
    missing.push_back(folder);
    folder = folder.parent_path();
  }
  return missing;
}

// What others put something into meanwhile stays.
void remove_empty(const std::vector<fs::path>& folders) {
  std::error_code ignored;
  for (const fs::path& folder : folders) {
    fs::remove(folder, ignored);
  }
}

std::vector<fs::path> temporaries_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!target_of_temporary(entry->path().filename().native()).empty()) {
      found.push_back(entry->path());
    }
  }
  return found;
}

int lock(int fd, int how) {
  int failed = 0;
  do {
    failed = ::flock(fd, how) == 0 ? 0 : errno;
  } while (failed == EINTR);
  return failed;
}

// Temporary files that no process holds any more: whoever writes one has it locked.
void remove_leftover_files(const fs::path& folder) {
  for (const fs::path& file : temporaries_in(folder)) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
      continue;  // a folder, or not ours to remove
    }
    struct stat state {};
    if (::fstat(fd, &state) == 0 && S_ISREG(state.st_mode) && lock(fd, LOCK_EX | LOCK_NB) == 0) {
      ::unlink(file.c_str());
    }
    ::close(fd);
  }
}

// Once for each folder: looking through one that holds thousands of files takes its time.
void remove_leftover_files_once(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> seen;
  {
    const std::scoped_lock guard(mutex);
    std::error_code ignored;
    if (!seen.insert(fs::absolute(folder, ignored)).second) {
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
    const bool locked = lock(fd, LOCK_EX) == 0;
    if (!locked || ::fstat(fd, &state) != 0 || state.st_nlink > 0) {
      return {pattern, fd};
    }
    // Another process took it for a leftover before it was locked.
    ::close(fd);
  }
}

// Gives both names to the other, or nothing happens. Not every file system can.
bool exchange(const fs::path& a, const fs::path& b, const fs::path& named) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) {
    return true;
  }
  if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) {
    return false;
  }
  throw OutputError({"cannot be written: " + reason_of(errno), named.string()});
}

}  // namespace

std::string_view target_of_temporary(std::string_view name) {
  if (name.ends_with(kOld)) {
    name.remove_suffix(kOld.size());
  }
  const std::size_t rest = 1 + kMark.size() + kRandom;
  if (!name.starts_with('.') || name.size() <= rest ||
      name.substr(name.size() - kMark.size() - kRandom, kMark.size()) != kMark ||
      !std::all_of(name.end() - kRandom, name.end(),
                   [](unsigned char c) { return std::isalnum(c) != 0; })) {
    return {};
  }
  return name.substr(1, name.size() - rest);
}

namespace {

// A file that is whole and on the disk under another name, until it is published or forgotten.
class Staged {
 public:
  Staged(fs::path file, const std::function<void(std::ostream&)>& write)
      : file_(std::move(file)), temporary_(open_temporary(file_)) {
    // Closing tells of errors and comes before the rename; the copy keeps the lock beyond it.
    lock_ = ::fcntl(temporary_.fd, F_DUPFD_CLOEXEC, 0);
    try {
      OutputFile out(temporary_.fd, file_);
      // mkostemp makes the file private; give it the rights that an ordinary new file would have.
      ::fchmod(temporary_.fd, 0666 & ~file_mask());
      write(out);
      out.close(/*to_disk=*/true);
    } catch (const std::ios_base::failure&) {
      forget();
      throw OutputError({"writing failed: " + reason_of(EIO), file_.string()});
    } catch (...) {
      forget();
      throw;
    }
  }
  ~Staged() { forget(); }
  Staged(const Staged&) = delete;
  Staged& operator=(const Staged&) = delete;

  void publish() {
    rename_or_throw(temporary_.path, file_, file_);
    temporary_.path.clear();
    forget();
    flush_to_disk(parent_of(file_), file_);
  }
  [[nodiscard]] const fs::path& file() const { return file_; }

 private:
  void forget() {
    if (!temporary_.path.empty()) {
      ::unlink(temporary_.path.c_str());
      temporary_.path.clear();
    }
    if (lock_ >= 0) {
      ::close(std::exchange(lock_, -1));
    }
  }

  fs::path file_;
  Temporary temporary_;
  int lock_ = -1;
};

}  // namespace

void write_file(const fs::path& file, const std::function<void(std::ostream&)>& write) {
  remove_leftover_files_once(parent_of(file));
  Staged(file, write).publish();
}

struct PendingFiles::File : Staged {
  using Staged::Staged;
};

PendingFiles::PendingFiles() = default;
PendingFiles::~PendingFiles() = default;

void PendingFiles::add(const fs::path& file, std::string_view content) {
  remove_leftover_files_once(parent_of(file));
  files_.push_back(std::make_unique<File>(file, [&](std::ostream& out) {
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  }));
}

void PendingFiles::commit(const std::vector<fs::path>& gone) {
  std::vector<fs::path> older = gone;
  for (const auto& file : files_) {
    older.push_back(file->file());
  }
  // Of one file alone the older is there until the new one is.
  for (const fs::path& file : older.size() > 1 ? older : std::vector<fs::path>()) {
    std::error_code error;
    fs::remove(file, error);
    if (error) {
      throw OutputError({"cannot be replaced: " + error.message(), file.string()});
    }
  }
  for (const auto& file : files_) {
    file->publish();
  }
  files_.clear();
}

void write_file(const fs::path& file, std::string_view content) {
  write_file(file, [&](std::ostream& out) {
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  });
}

void write_file(const fs::path& file, std::span<const std::byte> content) {
  write_file(file, std::string_view(reinterpret_cast<const char*>(content.data()), content.size()));
}

namespace {

// What killed processes left of this folder, an earlier one that was put aside included. The caller
// holds the folder's lock, so nobody else has use for it.
void take_up_leftovers(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::path& leftover : temporaries_in(parent_of(folder))) {
    const std::string name = leftover.filename().string();
    if (target_of_temporary(name) != folder.filename().native() ||
        !fs::is_directory(leftover, ignored)) {
      continue;
    }
    if (name.ends_with(kOld) && !fs::exists(fs::symlink_status(folder, ignored))) {
      fs::rename(leftover, folder, ignored);
    } else {
      fs::remove_all(leftover, ignored);
    }
  }
}

}  // namespace

AtomicFolder::AtomicFolder(fs::path folder, const std::function<bool(const fs::path&)>& replaceable)
    : folder_(std::move(folder)) {
  if (!folder_.has_filename()) {
    folder_ = folder_.parent_path();  // "result/" means "result"
  }
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder_, error)) && !fs::is_directory(folder_, error)) {
    throw OutputError({"is in the way of the output folder", folder_.string()});
  }
  made_parents_ = missing_from(parent_of(folder_));
  fs::create_directories(parent_of(folder_), error);
  if (error) {
    remove_empty(made_parents_);
    throw OutputError({"cannot be created: " + error.message(), parent_of(folder_).string()});
  }
  try {
    lock_.emplace(OutputLock::beside(folder_));
    make(replaceable);
  } catch (...) {
    lock_.reset();
    remove_empty(made_parents_);
    throw;
  }
}

void AtomicFolder::make(const std::function<bool(const fs::path&)>& replaceable) {
  take_up_leftovers(folder_);
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder_, error))) {
    const bool empty = fs::is_empty(folder_, error);
    if (error) {
      throw OutputError({"cannot be looked into: " + error.message(), folder_.string()});
    }
    if (!empty && !(replaceable && replaceable(folder_))) {
      throw OutputError(
          {"exists and holds files that are not an earlier result", folder_.string()});
    }
  }
  std::string pattern = temporary_pattern(folder_);
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw OutputError({"cannot be written: " + reason_of(errno), folder_.string()});
  }
  temporary_ = pattern;
  fs::permissions(temporary_, static_cast<fs::perms>(0777 & ~file_mask()), error);
}

AtomicFolder::~AtomicFolder() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
    lock_.reset();
    remove_empty(made_parents_);
  }
}

void AtomicFolder::commit() {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(temporary_, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) || entry->is_directory(ignored)) {
      flush_to_disk(entry->path(), folder_);
    }
  }
  if (error) {
    throw OutputError({"cannot be flushed: " + error.message(), folder_.string()});
  }
  flush_to_disk(temporary_, folder_);

  const fs::path old = temporary_.string() + std::string(kOld);
  const bool replaces = fs::exists(fs::symlink_status(folder_, error));
  if (!replaces) {
    rename_or_throw(temporary_, folder_, folder_);
  } else if (!exchange(temporary_, folder_, folder_)) {
    rename_or_throw(folder_, old, folder_);
    try {
      rename_or_throw(temporary_, folder_, folder_);
    } catch (...) {
      fs::rename(old, folder_, error);
      throw;
    }
  }
  committed_ = true;
  // After an exchange the temporary is the earlier folder.
  fs::remove_all(temporary_, error);
  fs::remove_all(old, error);
  flush_to_disk(parent_of(folder_), folder_);
  lock_.reset();
}

}  // namespace jcs
