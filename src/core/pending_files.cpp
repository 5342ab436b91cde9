#include "jcs/core/pending_files.hpp"

#include <ostream>
#include <system_error>

#include "jcs/core/error.hpp"

#include "staged_file.hpp"

namespace jcs {

namespace fs = std::filesystem;

struct PendingFiles::File : StagedFile {
  using StagedFile::StagedFile;
};

PendingFiles::PendingFiles() = default;
PendingFiles::~PendingFiles() = default;

void PendingFiles::add(const fs::path& file, std::string_view content) {
  files_.push_back(std::make_unique<File>(file, [&](std::ostream& out) {
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  }));
}

void PendingFiles::commit(const std::vector<fs::path>& gone) {
  std::vector<fs::path> older = gone;
  for (const auto& file : files_) {
    older.push_back(file->file());
  }
  // Of one file alone the older is there until the new one is.
  for (const fs::path& file : older.size() > 1 ? older : std::vector<fs::path>()) {
    std::error_code error;
    fs::remove(file, error);
    if (error) {
      throw OutputError({"cannot be replaced: " + error.message(), file.string()});
    }
  }
  for (const auto& file : files_) {
    file->publish();
  }
  files_.clear();
}

}  // namespace jcs
