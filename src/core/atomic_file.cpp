#include "jcs/core/atomic_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jcs/core/error.hpp"

namespace jcs {

namespace fs = std::filesystem;

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

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

// Flushes a file's or folder's content to the disk; a rename alone may survive a crash that its
// content does not.
void flush_to_disk(const fs::path& path, const fs::path& named) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    throw OutputError({"cannot be flushed: " + reason(errno), named.string()});
  }
  const int failed = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  // Some file systems cannot flush folders and say so; that loses nothing that could be kept.
  if (failed != 0 && failed != EINVAL && failed != ENOTSUP) {
    throw OutputError({"cannot be flushed: " + reason(failed), named.string()});
  }
}

void rename_or_throw(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    throw OutputError({"cannot be written: " + error.message(), to.string()});
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

}  // namespace

void write_file(const fs::path& file, const std::function<void(std::ostream&)>& write) {
  std::string pattern = (parent_of(file) / ("." + file.filename().string() + ".XXXXXX")).string();
  const int fd = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (fd < 0) {
    throw OutputError({"cannot be written: " + reason(errno), file.string()});
  }
  // mkostemp makes the file private; give it the rights that an ordinary new file would have.
  ::fchmod(fd, 0666 & ~file_mask());
  ::close(fd);
  const fs::path temporary = pattern;
  try {
    errno = 0;
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    write(out);
    out.close();
    if (!out) {
      throw OutputError({"writing failed: " + reason(errno != 0 ? errno : EIO), file.string()});
    }
    flush_to_disk(temporary, file);
    rename_or_throw(temporary, file);
    flush_to_disk(parent_of(file), file);
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
}

void write_file(const fs::path& file, std::string_view content) {
  write_file(file, [&](std::ostream& out) {
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  });
}

void write_file(const fs::path& file, std::span<const std::byte> content) {
  write_file(file, std::string_view(reinterpret_cast<const char*>(content.data()), content.size()));
}

AtomicFolder::AtomicFolder(fs::path folder, const std::function<bool(const fs::path&)>& replaceable)
    : folder_(std::move(folder)) {
  if (!folder_.has_filename()) {
    folder_ = folder_.parent_path();  // "result/" means "result"
  }
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder_, error))) {
    if (!fs::is_directory(folder_, error)) {
      throw OutputError({"is in the way of the output folder", folder_.string()});
    }
    const bool empty = fs::is_empty(folder_, error);
    if (error) {
      throw OutputError({"cannot be looked into: " + error.message(), folder_.string()});
    }
    if (!empty && !(replaceable && replaceable(folder_))) {
      throw OutputError(
          {"exists and holds files that are not an earlier result", folder_.string()});
    }
  }
  made_parents_ = missing_from(parent_of(folder_));
  fs::create_directories(parent_of(folder_), error);
  if (error) {
    remove_empty(made_parents_);
    throw OutputError({"cannot be created: " + error.message(), parent_of(folder_).string()});
  }
  std::string pattern =
      (parent_of(folder_) / ("." + folder_.filename().string() + ".XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    const int failed = errno;
    remove_empty(made_parents_);
    throw OutputError({"cannot be written: " + reason(failed), folder_.string()});
  }
  temporary_ = pattern;
  fs::permissions(temporary_, static_cast<fs::perms>(0777 & ~file_mask()), error);
}

AtomicFolder::~AtomicFolder() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
    remove_empty(made_parents_);
  }
}

void AtomicFolder::commit() {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(temporary_)) {
    if (entry.is_regular_file()) {
      flush_to_disk(entry.path(), folder_);
    }
  }
  std::error_code error;
  const fs::path old = temporary_.string() + ".old";
  const bool replaces = fs::exists(folder_, error);
  if (replaces) {
    rename_or_throw(folder_, old);
  }
  try {
    rename_or_throw(temporary_, folder_);
  } catch (...) {
    if (replaces) {
      fs::rename(old, folder_, error);
    }
    throw;
  }
  committed_ = true;
  fs::remove_all(old, error);
  flush_to_disk(parent_of(folder_), folder_);
}

}  // namespace jcs
