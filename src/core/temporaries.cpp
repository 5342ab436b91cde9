#include "temporaries.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"

namespace jcs {

namespace fs = std::filesystem;

namespace {

// A temporary of NAME is `.NAME.jcs-XXXXXX`; a folder on its way out has `.old` behind that.
constexpr std::string_view kMark = ".jcs-";
constexpr std::size_t kRandom = 6;

}  // namespace

// umask() tells it only by setting another
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

void flush_to_disk(const fs::path& path, const fs::path& named) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  std::error_code ignored;
  if (fd < 0 && errno == EACCES && fs::is_directory(path, ignored)) {
    return;  // files may be put there and not be listed; what was put there is there
  }
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

}  // namespace jcs
