#pragma once

#include <filesystem>
#include <functional>
#include <ostream>

namespace jcs {

/// A file that is whole and on the disk under another name, until it is published or forgotten.
/// Whoever writes a temporary has it locked; those that no process holds any more are removed from
/// the folder when the process first writes there.
class StagedFile {
 public:
  /// @throws OutputError
  StagedFile(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  /// Gives it its name. @throws OutputError
  void publish();
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  void write_all(int descriptor, const std::function<void(std::ostream&)>& write);
  void forget();

  std::filesystem::path file_;
  std::filesystem::path temporary_;
  int lock_ = -1;
};

}  // namespace jcs
