#include "jcs/core/atomic_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/log_text.hpp"

#include "staged_file.hpp"
#include "temporaries.hpp"

namespace jcs {

namespace fs = std::filesystem;

namespace {

// The folder and those around it that do not exist, the innermost first.
std::vector<fs::path> missing_from(fs::path folder) {
  std::vector<fs::path> missing;
  std::error_code error;
  while (!folder.empty() && !fs::exists(folder, error) && !error) {
    missing.push_back(folder);
    folder = folder.parent_path();
  }
  return missing;
}

// What others put something into meanwhile stays.
void remove_empty(const std::vector<fs::path>& folders) {
  std::error_code ignored;
  for (const fs::path& folder : folders) {
    fs::remove(folder, ignored);
  }
}

// A call that fails on its own, as over a network, leaves a part standing; tried again, it goes.
std::error_code remove_folder(const fs::path& folder) {
  constexpr int kTries = 3;
  std::error_code error;
  for (int i = 0; i < kTries; ++i) {
    fs::remove_all(folder, error);
    if (!error) break;
  }
  return error;
}

// Of another file system than the folder around it, or a part of the same one that was put there.
bool is_mount_point(const fs::path& folder) {
  struct statx here {
  }, around{};
  const auto look = [](const fs::path& at, struct statx& seen) {
    return ::statx(AT_FDCWD, at.c_str(), 0, STATX_MNT_ID, &seen) == 0;
  };
  if (!look(folder, here) || !look(folder / "..", around)) {
    return false;
  }
  const bool told = (here.stx_mask & around.stx_mask & STATX_MNT_ID) != 0;
  return told ? here.stx_mnt_id != around.stx_mnt_id
              : here.stx_dev_major != around.stx_dev_major ||
                    here.stx_dev_minor != around.stx_dev_minor;
}

// Gives both names to the other, or nothing happens. Not every file system can.
bool exchange(const fs::path& a, const fs::path& b, const fs::path& named) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) {
    return true;
  }
  if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) {
    return false;
  }
  throw OutputError({"cannot be written: " + reason_of(errno), named.string()});
}

}  // namespace

void write_file(const fs::path& file, const std::function<void(std::ostream&)>& write) {
  StagedFile(file, write).publish();
}

void write_file(const fs::path& file, std::string_view content) {
  write_file(file, [&](std::ostream& out) {
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  });
}

void write_file(const fs::path& file, std::span<const std::byte> content) {
  write_file(file, std::string_view(reinterpret_cast<const char*>(content.data()), content.size()));
}

namespace {

bool may_replace(const fs::path& folder, const std::function<bool(const fs::path&)>& replaceable) {
  try {
    return replaceable && replaceable(folder);
  } catch (const fs::filesystem_error& error) {
    throw OutputError({"cannot be looked into: " + error.code().message(),
                       error.path1().empty() ? folder.string() : error.path1().string()});
  }
}

// What lies at `folder`, which is or was `named`, is empty or may go.
void require_replaceable(const fs::path& folder, const fs::path& named,
                         const std::function<bool(const fs::path&)>& replaceable) {
  std::error_code error;
  const bool empty = fs::is_empty(folder, error);
  if (error) {
    throw OutputError({"cannot be looked into: " + error.message(), named.string()});
  }
  if (!empty && !may_replace(folder, replaceable)) {
    throw OutputError({"exists and holds files that are not an earlier result", named.string()});
  }
}

// What killed processes left of this folder, an earlier one that was put aside included. The caller
// holds the folder's lock, so nobody else has use for it.
void take_up_leftovers(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::path& leftover : temporaries_in(parent_of(folder))) {
    const std::string name = leftover.filename().string();
    if (target_of_temporary(name) != folder.filename().native() ||
        !fs::is_directory(leftover, ignored)) {
      continue;
    }
    if (name.ends_with(kOld) && !fs::exists(fs::symlink_status(folder, ignored))) {
      fs::rename(leftover, folder, ignored);
    } else {
      remove_folder(leftover);
    }
  }
}

// Another process may remove a parent that it made and has no use for, between two steps of ours.
OutputLock lock_in_new_parents(const fs::path& folder) {
  constexpr int kTries = 20;
  for (int i = 1;; ++i) {
    std::error_code error;
    fs::create_directories(parent_of(folder), error);
    if (error) {
      throw OutputError({"cannot be created: " + error.message(), parent_of(folder).string()});
    }
    try {
      return OutputLock::beside(folder);
    } catch (const OutputError&) {
      if (i == kTries || fs::exists(parent_of(folder), error)) throw;
    }
  }
}

// By the name that it has in the folder around it, where the new one is made: "result/" and
// "result/." mean "result", and "." whatever the current folder is called.
fs::path by_its_name(fs::path folder) {
  while ((!folder.has_filename() || folder.filename() == ".") && folder.has_parent_path() &&
         folder != folder.root_path()) {
    folder = folder.parent_path();
  }
  if (folder.filename() != "." && folder.filename() != "..") {
    return folder;
  }
  std::error_code error;
  const fs::path whole = fs::canonical(folder, error);
  if (error) {
    throw OutputError({"cannot be looked into: " + error.message(), folder.string()});
  }
  return whole;
}

}  // namespace

AtomicFolder::AtomicFolder(fs::path folder, const std::function<bool(const fs::path&)>& replaceable)
    : folder_(by_its_name(std::move(folder))), replaceable_(replaceable) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder_, error)) && !fs::is_directory(folder_, error)) {
    throw OutputError({"is in the way of the output folder", folder_.string()});
  }
  if (fs::is_symlink(fs::symlink_status(folder_, error))) {
    folder_ = fs::canonical(folder_, error);  // the link stays, and what it leads to is replaced
  }
  // That would be found out when all is done.
  if (is_mount_point(folder_)) {
    throw OutputError(
        {"is a mount point, which cannot be replaced", folder_.string(), "a folder inside it"});
  }
  // Its name would lead to the new folder, and whoever works in it would be left in one that is
  // gone: this program and the shell that it was called from.
  if (fs::equivalent(folder_, ".", error)) {
    throw OutputError({"is the current folder, which cannot be replaced", folder_.string(),
                       "a folder inside it"});
  }
  made_parents_ = missing_from(parent_of(folder_));
  try {
    lock_.emplace(lock_in_new_parents(folder_));
    make();
  } catch (...) {
    lock_.reset();
    remove_empty(made_parents_);
    throw;
  }
}

void AtomicFolder::make() {
  take_up_leftovers(folder_);
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder_, error))) {
    require_replaceable(folder_, folder_, replaceable_);
  }
  std::string pattern = temporary_pattern(folder_);
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw OutputError({"cannot be written: " + reason_of(errno), folder_.string()});
  }
  temporary_ = pattern;
  // The bit by which a shared folder hands on its group stays.
  struct stat made {};
  const mode_t group = ::stat(pattern.c_str(), &made) == 0 ? made.st_mode & S_ISGID : 0;
  ::chmod(pattern.c_str(), (0777 & ~file_mask()) | group);
}

AtomicFolder::~AtomicFolder() {
  if (!committed_) {
    remove_folder(temporary_);
    lock_.reset();
    remove_empty(made_parents_);
  }
}

void AtomicFolder::commit() {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(temporary_, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) || entry->is_directory(ignored)) {
      flush_to_disk(entry->path(), folder_);
    }
  }
  if (error) {
    throw OutputError({"cannot be flushed: " + error.message(), folder_.string()});
  }
  flush_to_disk(temporary_, folder_);

  const fs::path old = temporary_.string() + std::string(kOld);
  if (!fs::exists(fs::symlink_status(folder_, error))) {
    rename_or_throw(temporary_, folder_, folder_);
  } else {
    // Somebody may have put something there meanwhile, and until the very end.
    require_replaceable(folder_, folder_, replaceable_);
    replace(old);
  }
  committed_ = true;
  // After an exchange the temporary is the earlier folder.
  for (const fs::path& earlier : {fs::path(temporary_), old}) {
    if (const std::error_code failed = remove_folder(earlier)) {
      log_warning(earlier.string() +
                  ": the result that was replaced cannot be removed: " + failed.message());
    }
  }
  flush_to_disk(parent_of(folder_), folder_);
  lock_.reset();
}

void AtomicFolder::replace(const fs::path& old) {
  std::error_code ignored;
  if (exchange(temporary_, folder_, folder_)) {
    try {
      require_replaceable(temporary_, folder_, replaceable_);
    } catch (...) {
      exchange(temporary_, folder_, folder_);
      throw;
    }
    return;
  }
  rename_or_throw(folder_, old, folder_);
  try {
    require_replaceable(old, folder_, replaceable_);
    rename_or_throw(temporary_, folder_, folder_);
  } catch (...) {
    fs::rename(old, folder_, ignored);
    throw;
  }
}

}  // namespace jcs
