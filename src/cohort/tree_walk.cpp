#include "tree_walk.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "jcs/core/folder_id.hpp"
#include "jcs/core/log.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/file_look.hpp"
#include "jcs/imaging/nifti.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

using imaging::FileLook;
using Kind = imaging::FileLook::Kind;

std::string key_of(const FileLook& look) {
  return look.study_uid.empty() ? std::string() : look.patient_id + '\n' + look.study_uid;
}

class Walk {
 public:
  Walk(fs::path root, const fs::path& output, Progress& progress, std::stop_token stop)
      : root_(std::move(root)), progress_(progress), stop_(std::move(stop)) {
    std::error_code ignored;
    if (const auto id = folder_id(output, ignored)) {
      visited_.insert(*id);
    }
  }

  void visit(const fs::path& below) {
    throw_if_stopped(stop_);
    const fs::path folder = below.empty() ? root_ : root_ / below;
    std::error_code error;
    const std::optional<FolderId> id = folder_id(folder, error);
    if (!id) {
      tree_.unreadable.push_back(folder.string() + ": " + error.message());
      return;
    }
    if (!visited_.insert(*id).second) {
      return;
    }
    std::vector<fs::path> folders;
    std::vector<fs::path> files;
    list(folder, folders, files);
    if (imaging::holds_result(folder)) {
      log().debug("{}: passed over, a result of jcs", folder.string());
      return;
    }
    progress_.update("looking into folders", ++looked_, 0);
    look(below, files);
    for (const fs::path& next : folders) {
      visit(below / next);
    }
  }

  Tree tree() && { return std::move(tree_); }

 private:
  /// The names of what a folder holds, sorted, hidden ones left out.
  void list(const fs::path& folder, std::vector<fs::path>& folders, std::vector<fs::path>& files) {
    std::error_code error;
    auto entry = fs::directory_iterator(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const fs::path name = entry->path().filename();
      if (name.native().starts_with('.')) {
        continue;
      }
      std::error_code ignored;
      if (entry->is_directory(ignored)) {
        folders.push_back(name);
      } else if (entry->is_regular_file(ignored)) {
        files.push_back(name);
      } else if (is_failure_of_look(ignored)) {
        tree_.unreadable.push_back(entry->path().string() + ": " + ignored.message());
      }
    }
    if (error) {
      tree_.unreadable.push_back(folder.string() + ": " + error.message());
    }
    std::sort(folders.begin(), folders.end());
    std::sort(files.begin(), files.end());
  }

  /// Looks at files until one tells the study, then at the last one.
  void look(const fs::path& below, const std::vector<fs::path>& files) {
    Holding holding;
    bool told = false, named_dicom = false;
    for (const fs::path& name : files) {
      throw_if_stopped(stop_);
      if (told && name != files.back() && !imaging::named_like_nifti(name)) {
        continue;
      }
      const fs::path file = root_ / below / name;
      const FileLook look = imaging::look_at_file(file);
      switch (look.kind) {
        case Kind::kDicom:
          holding.mixed = told && key_of(look) != holding.key;
          holding.key = told ? holding.key : key_of(look);
          told = true;
          holding.dicom = true;
          break;
        case Kind::kDamaged:
          holding.dicom = true;
          break;
        case Kind::kPicture:
          holding.pictures = true;
          break;
        case Kind::kNifti:
          tree_.volumes.push_back(below / name);
          break;
        case Kind::kUnreadable:
          tree_.unreadable.push_back(file.string() + ": cannot be opened");
          break;
        case Kind::kOther:
          named_dicom |= has_ending(name, ".dcm");
          break;
      }
    }
    // What a copy that broke off has left. As a study it fails, which is better than being missed.
    holding.named_alone = !holding.dicom && named_dicom && !holding.pictures;
    holding.dicom |= holding.named_alone;
    if (holding.dicom || holding.pictures) {
      tree_.folders.emplace(below, std::move(holding));
    }
  }

  fs::path root_;
  Progress& progress_;
  std::stop_token stop_;
  std::set<FolderId> visited_;
  std::size_t looked_ = 0;
  Tree tree_;
};

}  // namespace

Tree walk_tree(const fs::path& root, const fs::path& output, Progress& progress,
               const std::stop_token& stop) {
  Walk walk(root, output, progress, stop);
  walk.visit({});
  return std::move(walk).tree();
}

}  // namespace jcs::cohort
