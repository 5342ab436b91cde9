#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jcs/core/output_lock.hpp"

namespace jcs {

/// Writes a file whole or not at all: `write` fills a temporary beside `file`, which is flushed to
/// the disk and renamed over `file`. Whatever fails, an older `file` stays as it was and no
/// temporary is left. A link stays one: what it leads to is written, also where that is not there
/// yet. What killed processes left in the folder is removed when the process first writes a file
/// there; temporaries of processes that live are locked and stay.
/// @throws OutputError naming the file and the system's reason.
void write_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);
void write_file(const std::filesystem::path& file, std::string_view content);
void write_file(const std::filesystem::path& file, std::span<const std::byte> content);

/// NAME where a file or folder of this name is a temporary of NAME, one that is being written or
/// that a killed process left; empty for all other names.
std::string_view target_of_temporary(std::string_view name);

/// A folder that appears whole or not at all. Fill `path()`, then `commit()`: the folder gets its
/// final name. Without a commit everything is removed again, parents that were missing before
/// included. One process at a time makes a folder of one name (see OutputLock).
///
/// An earlier folder is there until the new one takes its place, in one step where the file system
/// can exchange two names; where it cannot, a kill between two steps leaves the earlier one aside,
/// and the next AtomicFolder of that name puts it back. It also removes what killed processes left.
class AtomicFolder {
 public:
  /// @throws OutputError when the parent cannot be written, when another process makes the folder,
  /// when it is the current folder, or when `folder` exists and holds files that `replaceable` does
  /// not accept (an empty folder is always accepted). It is asked again on the commit, of what was
  /// put there meanwhile.
  explicit AtomicFolder(std::filesystem::path folder,
                        const std::function<bool(const std::filesystem::path&)>& replaceable = {});
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where to write until the commit.
  [[nodiscard]] const std::filesystem::path& path() const { return temporary_; }
  /// @throws OutputError; the earlier folder stays, also where it holds meanwhile what is not
  /// replaceable
  void commit();

 private:
  void make();
  void replace(const std::filesystem::path& old);

  std::filesystem::path folder_;
  std::function<bool(const std::filesystem::path&)> replaceable_;
  std::filesystem::path temporary_;
  std::vector<std::filesystem::path> made_parents_;  // the innermost first
  std::optional<OutputLock> lock_;
  bool committed_ = false;
};

}  // namespace jcs
