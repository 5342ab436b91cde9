#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace jcs {

/// Files that belong together, as a training and a validation list do: all are written and on the
/// disk before the first takes its place, so that one that cannot be written leaves the older ones
/// as they were. Without a commit nothing is left.
class PendingFiles {
 public:
  PendingFiles();
  ~PendingFiles();
  PendingFiles(const PendingFiles&) = delete;
  PendingFiles& operator=(const PendingFiles&) = delete;

  /// @throws OutputError
  void add(const std::filesystem::path& file, std::string_view content);
  /// First removes the older ones and those of `gone`, then puts the new ones in their place: a
  /// kill in between leaves files missing, and never a new one beside an older. @throws OutputError
  void commit(const std::vector<std::filesystem::path>& gone = {});

 private:
  struct File;
  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace jcs
