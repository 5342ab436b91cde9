#include "jcs/core/output_lock.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"

#include "lock_file.hpp"

namespace jcs {

namespace fs = std::filesystem;

namespace {

int open_lock(const fs::path& file) {
  for (;;) {
    int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == EACCES) {
      // Left by somebody else: on local file systems what can be read can be locked.
      descriptor = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (descriptor >= 0 || errno != EINTR) {
      return descriptor;
    }
  }
}

bool is_at(int descriptor, const fs::path& file) {
  struct stat held {
  }, there{};
  return ::fstat(descriptor, &held) == 0 && ::stat(file.c_str(), &there) == 0 &&
         held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

constexpr std::string_view kHolder = "process ";

// Whether nobody else keeps something in the file: it is new, or says who held the lock.
bool is_lock(int descriptor) {
  std::array<char, kHolder.size()> begin{};
  const ssize_t got = ::pread(descriptor, begin.data(), begin.size(), 0);
  return got <= 0 || std::string_view(begin.data(), static_cast<std::size_t>(got)) == kHolder;
}

// The holder in words; best effort, for people.
void sign(int descriptor) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string text =
      std::string(kHolder) + std::to_string(::getpid()) + " on " + host.data() + "\n";
  if (::ftruncate(descriptor, 0) == 0) {
    static_cast<void>(!::pwrite(descriptor, text.data(), text.size(), 0));
  }
}

std::string holder_of(const fs::path& lock_file) {
  try {
    InputFile in(lock_file, ExitCode::kOutput);
    std::string line;
    std::getline(in, line);
    return line;
  } catch (const OutputError&) {
    return {};
  }
}

[[noreturn]] void refuse(const fs::path& lock_file, const fs::path& output) {
  const std::string holder = holder_of(lock_file);
  throw OutputInUse(
      {"another run is writing it" + (holder.empty() ? "" : ": " + holder), output.string()});
}

}  // namespace

OutputLock OutputLock::beside(const fs::path& output) {
  const fs::path parent = output.parent_path();
  return {(parent.empty() ? fs::path(".") : parent) / ("." + output.filename().string() + ".lock"),
          output};
}

OutputLock OutputLock::inside(const fs::path& folder) { return {folder / ".lock", folder}; }

OutputLock::OutputLock(fs::path lock_file, const fs::path& output) : file_(std::move(lock_file)) {
  if (!take(output)) {
    refuse(file_, output);
  }
}

std::optional<OutputLock> OutputLock::if_free(fs::path lock_file, const fs::path& output) {
  OutputLock lock;
  lock.file_ = std::move(lock_file);
  if (!lock.take(output)) {
    return std::nullopt;
  }
  return lock;
}

bool OutputLock::take(const fs::path& output) {
  for (;;) {
    descriptor_ = open_lock(file_);
    if (descriptor_ < 0) {
      throw OutputError({"cannot be written: " + reason_of(errno), output.string()});
    }
    int failed = lock_file(descriptor_, LOCK_EX | LOCK_NB);
    if (failed == EBADF) {
      // NFS wants a file open for writing; of another user's it can tell whether it is locked.
      failed = lock_file(descriptor_, LOCK_SH | LOCK_NB);
    }
    if (failed == EWOULDBLOCK) {
      ::close(std::exchange(descriptor_, -1));
      return false;
    }
    // A holder removes its file before it lets go, so the lock may be that of a file that is gone.
    if (failed != 0 || is_at(descriptor_, file_)) {
      if (!is_lock(descriptor_)) {
        ::close(std::exchange(descriptor_, -1));
        throw OutputError(
            {"is in the way of the lock that one run at a time holds", file_.string()});
      }
      sign(descriptor_);
      return true;
    }
    ::close(std::exchange(descriptor_, -1));
  }
}

void OutputLock::let_go() {
  if (descriptor_ >= 0) {
    ::unlink(file_.c_str());
    ::close(std::exchange(descriptor_, -1));
  }
}

OutputLock::~OutputLock() { let_go(); }

OutputLock::OutputLock(OutputLock&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputLock& OutputLock::operator=(OutputLock&& other) noexcept {
  if (this != &other) {
    let_go();
    file_ = std::move(other.file_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

}  // namespace jcs
