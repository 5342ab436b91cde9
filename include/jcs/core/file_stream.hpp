#pragma once

#include <filesystem>
#include <istream>
#include <ostream>
#include <streambuf>
#include <string>
#include <vector>

#include "jcs/core/error.hpp"

namespace jcs {

// Streams on files that lose no error of the system. Those of the standard library take a disk that
// cannot be read for the end of the file, and forget why a file could not be written or closed.

/// The system did not let a file of input data be read: what it holds is not known.
class ReadError : public InputError {
 public:
  using InputError::InputError;
};

/// What the system says of an error number, e.g. `No space left on device`.
std::string reason_of(int error_number);

/// The bytes between a stream and a file descriptor. Interrupted calls are repeated, short ones
/// continued.
class DescriptorBuffer : public std::streambuf {
 public:
  /// @param code of the errors that are thrown: kInput, kWeights or kOutput
  DescriptorBuffer(std::string file, ExitCode code);
  ~DescriptorBuffer() override;
  DescriptorBuffer(const DescriptorBuffer&) = delete;
  DescriptorBuffer& operator=(const DescriptorBuffer&) = delete;

  /// Takes the descriptor over.
  void attach(int descriptor, bool writes);
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Writes what is left, flushes it to the disk where wanted, closes. @throws Error
  void close(bool to_disk);

 protected:
  int_type underflow() override;
  std::streamsize xsgetn(char* to, std::streamsize count) override;
  int_type overflow(int_type next) override;
  std::streamsize xsputn(const char* from, std::streamsize count) override;
  int sync() override;
  pos_type seekoff(off_type offset, std::ios_base::seekdir from,
                   std::ios_base::openmode which) override;
  pos_type seekpos(pos_type position, std::ios_base::openmode which) override;

 private:
  [[noreturn]] void fail(const char* what, int error_number) const;
  std::size_t read_some(char* to, std::size_t count);
  void write_all(const char* from, std::size_t count);
  void write_buffered();

  std::string file_;
  ExitCode code_;
  int descriptor_ = -1;
  bool writes_ = false;
  std::vector<char> buffer_;
};

/// A file to read. Fails (`!stream`) when it cannot be opened or is no regular file, see why().
/// When reading goes wrong later, whatever reads – `get`, `getline`, `>>`, a parser – throws an
/// Error that names the file and the system's reason; a ReadError where the code is kInput.
class InputFile : public std::istream {
 public:
  explicit InputFile(const std::filesystem::path& file, ExitCode code = ExitCode::kInput);

  [[nodiscard]] const std::string& why() const { return why_; }
  /// @throws Error of the stream's code when the file could not be opened
  void require_open() const;

 private:
  DescriptorBuffer buffer_;
  std::string why_;
  std::filesystem::path file_;
  ExitCode code_;
};

/// A file to write anew, not whole or not at all as those of write_file() are: for files inside a
/// folder that is, and for files that grow. Whatever writes throws an OutputError when that fails.
class OutputFile : public std::ostream {
 public:
  /// @throws OutputError
  explicit OutputFile(const std::filesystem::path& file);
  /// Takes over an open file; `file` is what errors name.
  OutputFile(int descriptor, const std::filesystem::path& file);

  /// A file that was not closed may lack its end. `to_disk`: as fsync() does. @throws OutputError
  void close(bool to_disk = false);

 private:
  DescriptorBuffer buffer_;
};

/// A whole file. @throws Error of this code, naming the file and the system's reason
std::string read_file(const std::filesystem::path& file, ExitCode code = ExitCode::kInput);

}  // namespace jcs
