#pragma once

#include <filesystem>
#include <optional>

#include "jcs/core/error.hpp"

namespace jcs {

/// Another run holds an output.
class OutputInUse : public OutputError {
 public:
  using OutputError::OutputError;
};

/// One process at a time on an output. The lock is the system's (`flock`) on a small hidden file
/// that says who holds it: it is gone with the process, however that ends. The file goes when the
/// lock is let go; one that a killed process left is taken over by the next.
///
/// What is promised: on local file systems and on those that hand `flock` to their server (NFS from
/// version 4 on, and 3 with lockd; CephFS; Lustre mounted with `flock`) two processes never hold
/// the lock of one output, on whatever machines they run. A server may take some time to notice
/// that a machine is gone, and holds its locks so long. A file system that has no such locks is
/// written without: nothing tells two runs of one output apart there, but files and folders still
/// appear whole.
class OutputLock {
 public:
  /// `.NAME.lock` beside an output that appears as a whole, a file or a folder. Its parent must
  /// exist. @throws OutputInUse when another run holds it; OutputError when the lock's file cannot
  /// be made, or is one that no lock wrote
  static OutputLock beside(const std::filesystem::path& output);
  /// `.lock` in a folder that grows. @throws OutputError as above
  static OutputLock inside(const std::filesystem::path& folder);
  /// Any file as lock of `output`, which the errors name. @throws OutputError as above
  OutputLock(std::filesystem::path lock_file, const std::filesystem::path& output);
  /// Nothing where another process holds it. @throws OutputError when the file cannot be made
  static std::optional<OutputLock> if_free(std::filesystem::path lock_file,
                                           const std::filesystem::path& output);

  ~OutputLock();
  OutputLock(OutputLock&& other) noexcept;
  OutputLock& operator=(OutputLock&& other) noexcept;

 private:
  OutputLock() = default;
  bool take(const std::filesystem::path& output);
  void let_go();

  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace jcs
