// A library to preload (LD_PRELOAD): calls of the C library that fail as asked for by environment
// variables, to see what a program makes of a full disk, a bad sector or the end of memory.
//
//   JCS_FAULT_KIND    open, read, write, fsync, rename, mmap, close, mkdir, truncate or alloc
//   JCS_FAULT_AT      the n-th such call fails, from 1; 0: none does, they are counted
//   JCS_FAULT_EVERY   instead: every m-th call fails
//   JCS_FAULT_ERRNO   a number, ENOSPC for instance
//   JCS_FAULT_HOW     once; always: all later ones as well; short: reads and writes do half of what
//                     is asked for instead of failing
//   JCS_FAULT_BELOW   only calls on files below these folders count, parted by colons; all others
//                     work as ever. Allocations count from the first such call on.
//   JCS_FAULT_ALLOC   only allocations of at least so many bytes count; 65536 when not given
//   JCS_FAULT_COUNTS  a file that gets a line `KIND COUNT` for each kind when the program ends
//   JCS_FAULT_TRACE   a file that gets a line about each call that failed
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// Those of glibc that are no macros of its headers' making.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {

enum Kind {
  kOpen,
  kRead,
  kWrite,
  kFsync,
  kRename,
  kMmap,
  kClose,
  kMkdir,
  kTruncate,
  kAlloc,
  kKinds
};
constexpr const char* kNames[kKinds] = {"open", "read",  "write", "fsync",    "rename",
                                        "mmap", "close", "mkdir", "truncate", "alloc"};

struct Plan {
  int kind = -1;
  long at = 0, every = 0;
  int error = EIO;
  bool always = false, halves = false;
  std::size_t alloc = 65536;
  char below[4096] = "", counts[4096] = "", trace[4096] = "";
};

Plan plan;
std::atomic<long> calls[kKinds];
std::atomic<bool> ready{false}, begun{false};

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}
#define NEXT(name) (next<decltype(&::name)>(#name))

void copy(char (&to)[4096], const char* name) {
  if (const char* value = std::getenv(name)) std::snprintf(to, sizeof to, "%s", value);
}

long number(const char* name, long otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::strtol(value, nullptr, 10) : otherwise;
}

__attribute__((constructor)) void read_plan() {
  if (const char* kind = std::getenv("JCS_FAULT_KIND")) {
    for (int i = 0; i < kKinds; ++i) {
      if (std::strcmp(kind, kNames[i]) == 0) plan.kind = i;
    }
  }
  plan.at = number("JCS_FAULT_AT", 0);
  plan.every = number("JCS_FAULT_EVERY", 0);
  plan.error = static_cast<int>(number("JCS_FAULT_ERRNO", EIO));
  plan.alloc = static_cast<std::size_t>(number("JCS_FAULT_ALLOC", 65536));
  if (const char* how = std::getenv("JCS_FAULT_HOW")) {
    plan.always = std::strcmp(how, "always") == 0;
    plan.halves = std::strcmp(how, "short") == 0;
  }
  copy(plan.below, "JCS_FAULT_BELOW");
  copy(plan.counts, "JCS_FAULT_COUNTS");
  copy(plan.trace, "JCS_FAULT_TRACE");
  ready = true;
}

void append(const char* file, const char* text) {
  static const auto real_open = NEXT(open);
  static const auto real_write = NEXT(write);
  const int fd = real_open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd >= 0) {
    static_cast<void>(!real_write(fd, text, std::strlen(text)));
    NEXT(close)(fd);
  }
}

__attribute__((destructor)) void tell_counts() {
  if (plan.counts[0] == '\0') return;
  ready = false;
  for (int i = 0; i < kKinds; ++i) {
    char line[64];
    std::snprintf(line, sizeof line, "%s %ld\n", kNames[i], calls[i].load());
    append(plan.counts, line);
  }
}

bool below(const char* path) {
  if (!ready || path == nullptr) return false;
  if (plan.below[0] == '\0') return true;
  char whole[4096];
  if (path[0] != '/') {
    if (::getcwd(whole, sizeof whole) == nullptr) return false;
    const std::size_t used = std::strlen(whole);
    std::snprintf(whole + used, sizeof whole - used, "/%s", path);
    path = whole;
  }
  for (const char* folder = plan.below; *folder != '\0';) {
    const std::size_t length = std::strcspn(folder, ":");
    if (length > 0 && std::strncmp(path, folder, length) == 0 &&
        (path[length] == '/' || path[length] == '\0')) {
      return true;
    }
    folder += length + (folder[length] == ':' ? 1 : 0);
  }
  return false;
}

// Where an open file lies; empty for what has no path.
bool below(int fd) {
  if (!ready) return false;
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = ::readlink(link, path, sizeof path - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  return path[0] == '/' && below(path);
}

// Whether this call, which counts, is one to fail.
bool strikes(Kind kind, const char* path = nullptr, int fd = -1) {
  begun = true;
  const long call = ++calls[kind];
  if (plan.kind != kind) return false;
  const bool hit = plan.every > 0
                       ? call % plan.every == 0
                       : plan.at > 0 && (plan.always ? call >= plan.at : call == plan.at);
  if (hit && plan.trace[0] != '\0') {
    char line[4400], link[64], found[4096] = "";
    if (path == nullptr && fd >= 0) {
      std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
      const ssize_t length = ::readlink(link, found, sizeof found - 1);
      found[length > 0 ? length : 0] = '\0';
      path = found;
    }
    std::snprintf(line, sizeof line, "%s %ld %s\n", kNames[kind], call,
                  path != nullptr ? path : "");
    append(plan.trace, line);
  }
  return hit;
}

bool fails(Kind kind, const char* path) {
  if (!below(path) || !strikes(kind, path) || plan.halves) return false;
  errno = plan.error;
  return true;
}

bool fails(Kind kind, int fd) {
  if (!below(fd) || !strikes(kind, nullptr, fd) || plan.halves) return false;
  errno = plan.error;
  return true;
}

// What to do of `count` bytes; -1: fail.
ssize_t share(Kind kind, int fd, std::size_t count) {
  if (!below(fd) || !strikes(kind, nullptr, fd)) return static_cast<ssize_t>(count);
  if (plan.halves) return static_cast<ssize_t>(count > 1 ? count / 2 : count);
  errno = plan.error;
  return -1;
}

bool out_of_memory(std::size_t size) {
  if (!begun || size < plan.alloc || !ready) return false;
  const long call = ++calls[kAlloc];
  if (plan.kind != kAlloc) return false;
  const bool hit = plan.every > 0
                       ? call % plan.every == 0
                       : plan.at > 0 && (plan.always ? call >= plan.at : call == plan.at);
  if (hit) errno = ENOMEM;
  return hit;
}

// glibc's streams call the system without a name that could be taken: their errors are put on.
constexpr int kErrorSeen = 0x20;

bool stream_fails(Kind kind, FILE* stream) {
  if (!fails(kind, ::fileno(stream))) return false;
  stream->_flags |= kErrorSeen;
  return true;
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace

extern "C" {

#define OPEN(name)                                            \
  int name(const char* path, int flags, ...) {                \
    va_list arguments;                                        \
    va_start(arguments, flags);                               \
    const mode_t mode = mode_of(flags, arguments);            \
    va_end(arguments);                                        \
    static const auto real = NEXT(name);                      \
    return fails(kOpen, path) ? -1 : real(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                  \
  int name(int folder, const char* path, int flags, ...) {            \
    va_list arguments;                                                \
    va_start(arguments, flags);                                       \
    const mode_t mode = mode_of(flags, arguments);                    \
    va_end(arguments);                                                \
    static const auto real = NEXT(name);                              \
    const bool whole = folder == AT_FDCWD || path[0] == '/';          \
    if (whole ? fails(kOpen, path) : fails(kOpen, folder)) return -1; \
    return real(folder, path, flags, mode);                           \
  }
OPENAT(openat)
OPENAT(openat64)

#define FOPEN(name)                                         \
  FILE* name(const char* path, const char* mode) {          \
    static const auto real = NEXT(name);                    \
    return fails(kOpen, path) ? nullptr : real(path, mode); \
  }
FOPEN(fopen)
FOPEN(fopen64)

int mkostemp(char* pattern, int flags) {
  static const auto real = NEXT(mkostemp);
  return fails(kOpen, pattern) ? -1 : real(pattern, flags);
}
int mkstemp(char* pattern) {
  static const auto real = NEXT(mkstemp);
  return fails(kOpen, pattern) ? -1 : real(pattern);
}

ssize_t read(int fd, void* to, std::size_t count) {
  static const auto real = NEXT(read);
  const ssize_t part = share(kRead, fd, count);
  return part < 0 ? -1 : real(fd, to, static_cast<std::size_t>(part));
}
ssize_t pread(int fd, void* to, std::size_t count, off_t at) {
  static const auto real = NEXT(pread);
  const ssize_t part = share(kRead, fd, count);
  return part < 0 ? -1 : real(fd, to, static_cast<std::size_t>(part), at);
}
ssize_t pread64(int fd, void* to, std::size_t count, off64_t at) {
  static const auto real = NEXT(pread64);
  const ssize_t part = share(kRead, fd, count);
  return part < 0 ? -1 : real(fd, to, static_cast<std::size_t>(part), at);
}
ssize_t write(int fd, const void* from, std::size_t count) {
  static const auto real = NEXT(write);
  const ssize_t part = share(kWrite, fd, count);
  return part < 0 ? -1 : real(fd, from, static_cast<std::size_t>(part));
}
ssize_t pwrite(int fd, const void* from, std::size_t count, off_t at) {
  static const auto real = NEXT(pwrite);
  const ssize_t part = share(kWrite, fd, count);
  return part < 0 ? -1 : real(fd, from, static_cast<std::size_t>(part), at);
}
ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto real = NEXT(writev);
  std::size_t whole = 0;
  for (int i = 0; i < count; ++i) whole += parts[i].iov_len;
  const ssize_t part = share(kWrite, fd, whole);
  if (part < 0) return -1;
  // A short write of several parts: the first alone.
  return static_cast<std::size_t>(part) == whole ? real(fd, parts, count) : real(fd, parts, 1);
}

std::size_t fread(void* to, std::size_t size, std::size_t count, FILE* stream) {
  static const auto real = NEXT(fread);
  return !plan.halves && stream_fails(kRead, stream) ? 0 : real(to, size, count, stream);
}
std::size_t fwrite(const void* from, std::size_t size, std::size_t count, FILE* stream) {
  static const auto real = NEXT(fwrite);
  return !plan.halves && stream_fails(kWrite, stream) ? 0 : real(from, size, count, stream);
}
int fflush(FILE* stream) {
  static const auto real = NEXT(fflush);
  return stream != nullptr && !plan.halves && stream_fails(kWrite, stream) ? EOF : real(stream);
}
int fclose(FILE* stream) {
  static const auto real = NEXT(fclose);
  const bool failed = fails(kClose, ::fileno(stream));
  const int error = errno, done = real(stream);
  if (failed) errno = error;
  return failed ? EOF : done;
}

int close(int fd) {
  static const auto real = NEXT(close);
  const bool failed = fails(kClose, fd);
  const int error = errno, done = real(fd);
  if (failed) errno = error;
  return failed ? -1 : done;
}

int fsync(int fd) {
  static const auto real = NEXT(fsync);
  return fails(kFsync, fd) ? -1 : real(fd);
}
int fdatasync(int fd) {
  static const auto real = NEXT(fdatasync);
  return fails(kFsync, fd) ? -1 : real(fd);
}

int rename(const char* from, const char* to) {
  static const auto real = NEXT(rename);
  return fails(kRename, to) ? -1 : real(from, to);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  static const auto real = NEXT(renameat);
  return fails(kRename, to) ? -1 : real(from_folder, from, to_folder, to);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  static const auto real = NEXT(renameat2);
  return fails(kRename, to) ? -1 : real(from_folder, from, to_folder, to, flags);
}

void* mmap(void* address, std::size_t size, int protection, int flags, int fd, off_t at) {
  static const auto real = NEXT(mmap);
  return fd >= 0 && fails(kMmap, fd) ? MAP_FAILED : real(address, size, protection, flags, fd, at);
}

int mkdir(const char* path, mode_t mode) {
  static const auto real = NEXT(mkdir);
  return fails(kMkdir, path) ? -1 : real(path, mode);
}
char* mkdtemp(char* pattern) {
  static const auto real = NEXT(mkdtemp);
  return fails(kMkdir, pattern) ? nullptr : real(pattern);
}

int ftruncate(int fd, off_t size) {
  static const auto real = NEXT(ftruncate);
  return fails(kTruncate, fd) ? -1 : real(fd, size);
}

void* malloc(std::size_t size) { return out_of_memory(size) ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) {
  return out_of_memory(count * size) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  return out_of_memory(size) ? nullptr : __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  return out_of_memory(size) ? nullptr : __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** to, std::size_t alignment, std::size_t size) {
  void* memory = memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *to = memory;
  return 0;
}

}  // extern "C"
