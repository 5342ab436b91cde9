#include "study_fingerprint.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "jcs/core/folder_id.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/imaging/file_look.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

class Files {
 public:
  explicit Files(const fs::path& output) {
    std::error_code ignored;
    if (const auto id = folder_id(output, ignored)) {
      visited_.insert(*id);
    }
  }

  void add(const fs::path& path, const std::string& name) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
      lines_.push_back(line(name, "gone"));
    } else if (S_ISDIR(info.st_mode)) {
      folder(path, name);
    } else {
      lines_.push_back(line(name, std::to_string(info.st_size) + ' ' +
                                      std::to_string(info.st_mtim.tv_sec) + ' ' +
                                      std::to_string(info.st_mtim.tv_nsec)));
    }
  }

  [[nodiscard]] std::string digest() && {
    std::sort(lines_.begin(), lines_.end());
    std::string text;
    for (const std::string& one : lines_) {
      text += one;
    }
    return sha256(std::as_bytes(std::span(text)));
  }

 private:
  // A name may hold anything but a zero byte.
  static std::string line(const std::string& name, const std::string& facts) {
    std::string text = name;
    text += '\0';
    text += facts;
    text += '\0';
    return text;
  }

  void folder(const fs::path& path, const std::string& name) {
    std::error_code error;
    const std::optional<FolderId> id = folder_id(path, error);
    if (!id || !visited_.insert(*id).second || (!name.empty() && imaging::holds_result(path))) {
      return;
    }
    auto entry = fs::directory_iterator(path, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string last = entry->path().filename().string();
      if (!last.starts_with('.')) {
        add(entry->path(), name.empty() ? last : std::string(name).append("/").append(last));
      }
    }
  }

  std::set<FolderId> visited_;
  std::vector<std::string> lines_;
};

}  // namespace

std::string study_fingerprint(const fs::path& study, const fs::path& output) {
  Files files(output);
  files.add(study, "");
  return std::move(files).digest();
}

}  // namespace jcs::cohort
