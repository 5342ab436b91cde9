#include "jcs/core/file_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jcs/core/throw_error.hpp"

namespace jcs {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 16;
// Linux reads and writes no more than this at once.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

int open_again(const char* file, int flags, mode_t mode = 0) {
  int descriptor = -1;
  do {
    descriptor = ::open(file, flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

// The system refuses: what input data would have said is not known.
[[noreturn]] void throw_unread(ExitCode code, const Problem& problem) {
  if (code == ExitCode::kInput) {
    throw ReadError(problem);
  }
  throw_error(code, problem);
}

}  // namespace

std::string reason_of(int error_number) {
  return std::generic_category().message(error_number != 0 ? error_number : EIO);
}

DescriptorBuffer::DescriptorBuffer(std::string file, ExitCode code)
    : file_(std::move(file)), code_(code) {}

DescriptorBuffer::~DescriptorBuffer() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void DescriptorBuffer::attach(int descriptor, bool writes) {
  descriptor_ = descriptor;
  writes_ = writes;
  buffer_.resize(kBuffer);
  if (writes) {
    setp(buffer_.data(), buffer_.data() + buffer_.size());
  } else {
    setg(buffer_.data(), buffer_.data(), buffer_.data());
  }
}

void DescriptorBuffer::fail(const char* what, int error_number) const {
  throw_unread(code_, {what + (": " + reason_of(error_number)), file_});
}

std::size_t DescriptorBuffer::read_some(char* to, std::size_t count) {
  if (descriptor_ < 0) {
    return 0;
  }
  ssize_t got = 0;
  do {
    got = ::read(descriptor_, to, std::min(count, kMostAtOnce));
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    fail("cannot be read", errno);
  }
  return static_cast<std::size_t>(got);
}

void DescriptorBuffer::write_all(const char* from, std::size_t count) {
  while (count > 0) {
    const ssize_t wrote = ::write(descriptor_, from, std::min(count, kMostAtOnce));
    if (wrote < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail("cannot be written", errno);
    }
    from += wrote;
    count -= static_cast<std::size_t>(wrote);
  }
}

void DescriptorBuffer::write_buffered() {
  const auto count = static_cast<std::size_t>(pptr() - pbase());
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  write_all(buffer_.data(), count);
}

void DescriptorBuffer::close(bool to_disk) {
  write_buffered();
  if (to_disk) {
    int failed = 0;
    do {
      failed = ::fsync(descriptor_) == 0 ? 0 : errno;
    } while (failed == EINTR);
    // Some file systems cannot flush; that loses nothing that could be kept.
    if (failed != 0 && failed != EINVAL && failed != ENOTSUP) {
      fail("cannot be flushed", failed);
    }
  }
  const int descriptor = std::exchange(descriptor_, -1);
  // Network file systems may report a failed write only now. After EINTR Linux has closed it.
  if (::close(descriptor) != 0 && errno != EINTR) {
    fail("cannot be written", errno);
  }
}

DescriptorBuffer::int_type DescriptorBuffer::underflow() {
  const std::size_t got = buffer_.empty() ? 0 : read_some(buffer_.data(), buffer_.size());
  if (got == 0) {
    return traits_type::eof();
  }
  setg(buffer_.data(), buffer_.data(), buffer_.data() + got);
  return traits_type::to_int_type(*gptr());
}

std::streamsize DescriptorBuffer::xsgetn(char* to, std::streamsize count) {
  std::streamsize done = std::min<std::streamsize>(count, egptr() - gptr());
  if (done > 0) {
    std::memcpy(to, gptr(), static_cast<std::size_t>(done));
    setg(eback(), gptr() + done, egptr());
  }
  while (done < count) {
    const std::size_t got = read_some(to + done, static_cast<std::size_t>(count - done));
    if (got == 0) {
      break;
    }
    done += static_cast<std::streamsize>(got);
  }
  return done;
}

DescriptorBuffer::int_type DescriptorBuffer::overflow(int_type next) {
  if (!writes_ || descriptor_ < 0) {
    return traits_type::eof();
  }
  write_buffered();
  if (!traits_type::eq_int_type(next, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(next);
    pbump(1);
  }
  return traits_type::not_eof(next);
}

std::streamsize DescriptorBuffer::xsputn(const char* from, std::streamsize count) {
  // Of nothing there may be no place, as of an empty tensor.
  if (!writes_ || descriptor_ < 0 || count == 0) {
    return 0;
  }
  if (count > epptr() - pptr()) {
    write_buffered();
  }
  if (count > epptr() - pptr()) {
    write_all(from, static_cast<std::size_t>(count));
  } else {
    std::memcpy(pptr(), from, static_cast<std::size_t>(count));
    pbump(static_cast<int>(count));
  }
  return count;
}

int DescriptorBuffer::sync() {
  if (writes_ && descriptor_ >= 0) {
    write_buffered();
  }
  return 0;
}

DescriptorBuffer::pos_type DescriptorBuffer::seekoff(off_type offset, std::ios_base::seekdir from,
                                                     std::ios_base::openmode /*which*/) {
  if (descriptor_ < 0 || writes_) {
    return pos_type(off_type(-1));
  }
  int whence = SEEK_SET;
  if (from == std::ios_base::cur) {
    whence = SEEK_CUR;
    offset -= egptr() - gptr();  // what was read ahead
  } else if (from == std::ios_base::end) {
    whence = SEEK_END;
  }
  const off_t at = ::lseek(descriptor_, offset, whence);
  setg(buffer_.data(), buffer_.data(), buffer_.data());
  return pos_type(at);
}

DescriptorBuffer::pos_type DescriptorBuffer::seekpos(pos_type position,
                                                     std::ios_base::openmode which) {
  return seekoff(off_type(position), std::ios_base::beg, which);
}

InputFile::InputFile(const fs::path& file, ExitCode code)
    : std::istream(nullptr), buffer_(file.string(), code), file_(file), code_(code) {
  rdbuf(&buffer_);
  // Opening a pipe would wait for somebody who writes to it; for a regular file this flag means
  // nothing.
  const int descriptor = open_again(file.c_str(), O_RDONLY | O_NONBLOCK);
  struct stat status {};
  if (descriptor < 0) {
    why_ = reason_of(errno);
  } else if (::fstat(descriptor, &status) != 0) {
    why_ = reason_of(errno);
    ::close(descriptor);
  } else if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    why_ = "is no regular file";
    ::close(descriptor);
  } else {
    buffer_.attach(descriptor, /*writes=*/false);
  }
  if (!why_.empty()) {
    setstate(std::ios_base::failbit);
  }
  // An error of the buffer passes through whatever reads, as it is.
  exceptions(std::ios_base::badbit);
}

void InputFile::require_open() const {
  if (!*this) {
    throw_unread(code_, {"cannot be read: " + why_, file_.string()});
  }
}

OutputFile::OutputFile(const fs::path& file)
    : std::ostream(nullptr), buffer_(file.string(), ExitCode::kOutput) {
  rdbuf(&buffer_);
  const int descriptor = open_again(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (descriptor < 0) {
    throw OutputError({"cannot be written: " + reason_of(errno), file.string()});
  }
  buffer_.attach(descriptor, /*writes=*/true);
  exceptions(std::ios_base::badbit);
}

OutputFile::OutputFile(int descriptor, const fs::path& file)
    : std::ostream(nullptr), buffer_(file.string(), ExitCode::kOutput) {
  rdbuf(&buffer_);
  buffer_.attach(descriptor, /*writes=*/true);
  exceptions(std::ios_base::badbit);
}

void OutputFile::close(bool to_disk) { buffer_.close(to_disk); }

std::string read_file(const fs::path& file, ExitCode code) {
  InputFile in(file, code);
  in.require_open();
  std::string content;
  std::error_code ignored;
  const std::uintmax_t size = fs::file_size(file, ignored);
  if (!ignored) {
    content.reserve(size);
  }
  std::vector<char> piece(std::size_t{1} << 18);
  while (const std::streamsize got =
             in.rdbuf()->sgetn(piece.data(), static_cast<std::streamsize>(piece.size()))) {
    content.append(piece.data(), static_cast<std::size_t>(got));
  }
  return content;
}

}  // namespace jcs
