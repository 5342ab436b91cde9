#include "eval/picture_folder.hpp"

#include <set>
#include <span>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/imaging/overlay.hpp"

namespace jcs::app {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSums = "SHA256SUMS";
// Tells our list from one of somebody's own pictures; `sha256sum -c` passes over it.
constexpr const char* kFirstLine = "# pictures that jcs wrote";

std::string sum_line(const std::string& sha256, const fs::path& file) {
  return sha256 + "  " + file.filename().string();
}

// Whether the folder holds what an earlier run wrote and nothing else: no picture that somebody
// put there, and none that somebody corrected since.
bool is_earlier_result(const fs::path& folder) {
  if (!fs::is_regular_file(folder / kSums)) {
    return false;
  }
  std::set<std::string> written;
  std::istringstream sums(read_text(folder / kSums, ExitCode::kOutput));
  std::string line;
  if (!std::getline(sums, line) || line != kFirstLine) {
    return false;
  }
  while (std::getline(sums, line)) {
    written.insert(line);
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename() == kSums) {
      continue;
    }
    if (entry.is_symlink() || !entry.is_regular_file() ||
        !written.contains(sum_line(sha256_file(entry.path(), ExitCode::kOutput), entry.path()))) {
      return false;
    }
  }
  return true;
}

void refuse_folder_of_inputs(const fs::path& folder, const data::Manifest& manifest) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) {
    return;
  }
  const auto holds = [&](const fs::path& file) {
    return fs::equivalent(folder, file, ignored) ||
           fs::equivalent(folder, fs::absolute(file).parent_path(), ignored) ||
           fs::equivalent(folder, fs::canonical(file, ignored).parent_path(), ignored);
  };
  for (const data::ManifestEntry& entry : manifest.entries) {
    for (const fs::path& file : {entry.image, entry.mask}) {
      if (!file.empty() && holds(file)) {
        throw OutputError({"holds what is to be measured", folder.string(), "another folder",
                           file.filename().string()});
      }
    }
  }
}

}  // namespace

PictureFolder::PictureFolder(const fs::path& folder, const data::Manifest& manifest) {
  if (!folder.empty()) {
    refuse_folder_of_inputs(folder, manifest);
    folder_.emplace(folder, is_earlier_result);
  }
}

void PictureFolder::add(const std::string& name, const cv::Mat& picture) {
  if (folder_) {
    const fs::path file = folder_->path() / (name + ".png");
    const std::vector<std::byte> png = imaging::encode_png(picture);
    write_file(file, std::span<const std::byte>(png));
    sums_ += sum_line(sha256(png), file) + "\n";
  }
}

void PictureFolder::commit() {
  if (folder_) {
    write_file(folder_->path() / kSums, std::string(kFirstLine) + "\n" + sums_);
    folder_->commit();
  }
}

}  // namespace jcs::app
