#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <span>
#include <string_view>
#include <vector>

namespace jcs {

/// Writes a file whole or not at all: `write` fills a temporary beside `file`, which is flushed to
/// the disk and renamed over `file`. Whatever fails, an older `file` stays as it was and no
/// temporary is left.
/// @throws OutputError naming the file and the system's reason.
void write_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);
void write_file(const std::filesystem::path& file, std::string_view content);
void write_file(const std::filesystem::path& file, std::span<const std::byte> content);

/// A folder that appears whole or not at all. Fill `path()`, then `commit()`: the folder gets its
/// final name. Without a commit everything is removed again, parents that were missing before
/// included.
class AtomicFolder {
 public:
  /// @throws OutputError when the parent cannot be written, or when `folder` exists and holds files
  /// that `replaceable` does not accept (an empty folder is always accepted).
  explicit AtomicFolder(std::filesystem::path folder,
                        const std::function<bool(const std::filesystem::path&)>& replaceable = {});
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where to write until the commit.
  [[nodiscard]] const std::filesystem::path& path() const { return temporary_; }
  /// @throws OutputError
  void commit();

 private:
  std::filesystem::path folder_;
  std::filesystem::path temporary_;
  std::vector<std::filesystem::path> made_parents_;  // the innermost first
  bool committed_ = false;
};

}  // namespace jcs
