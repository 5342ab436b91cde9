#include "jcs/cohort/find_studies.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "jcs/core/error.hpp"

#include "tree_walk.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

bool lies_in(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

fs::path common_folder(const fs::path& a, const fs::path& b) {
  fs::path common;
  for (auto left = a.begin(), right = b.begin();
       left != a.end() && right != b.end() && *left == *right; ++left, ++right) {
    common /= *left;
  }
  return common;
}

fs::path own_name(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return whole.has_filename() ? whole.filename() : whole.parent_path().filename();
}

class Sorting {
 public:
  Sorting(fs::path root, Tree tree) : root_(std::move(root)), tree_(std::move(tree)) {}

  Studies studies() && {
    find_dicom();
    find_pictures();
    for (const fs::path& volume : tree_.volumes) {
      if (in_study_below(volume)) {
        continue;
      }
      if (in_root_study(volume)) {
        ++volumes_in_root_;
      } else {
        found_.insert(volume);
      }
    }
    warn_of_root();
    for (const std::string& line : tree_.unreadable) {
      result_.warnings.push_back(line + ".");
    }
    for (const fs::path& path : found_) {
      add(path);
    }
    std::sort(result_.studies.begin(), result_.studies.end(),
              [](const Study& a, const Study& b) { return a.name < b.name; });
    return std::move(result_);
  }

 private:
  /// The folders at and below `folder` that hold something, as a range.
  [[nodiscard]] auto below(const fs::path& folder) const {
    const auto begin = tree_.folders.lower_bound(folder);
    auto end = begin;
    while (end != tree_.folders.end() && lies_in(end->first, folder)) {
      ++end;
    }
    return std::pair(begin, end);
  }

  /// Whether all DICOM files at and below the folder are of the study.
  [[nodiscard]] bool belongs_to(const std::string& key, const fs::path& folder) const {
    const auto [begin, end] = below(folder);
    return std::all_of(begin, end, [&](const auto& entry) {
      return !entry.second.dicom || (entry.second.key == key && !entry.second.mixed);
    });
  }

  void find_dicom() {
    std::map<std::string, std::vector<fs::path>> parts;
    for (const auto& [folder, holding] : tree_.folders) {
      if (holding.dicom) {
        parts[holding.key].push_back(folder);
      }
    }
    for (const auto& [key, folders] : parts) {
      fs::path common = folders.front();
      for (const fs::path& folder : folders) {
        common = common_folder(common, folder);
      }
      if (!key.empty() && belongs_to(key, common)) {
        dicom_.insert(common);
      } else {
        dicom_.insert(folders.begin(), folders.end());
      }
    }
    for (const fs::path& folder : dicom_) {
      warn_of_mixture(folder);
    }
    found_ = dicom_;
  }

  void warn_of_mixture(const fs::path& folder) {
    const Holding* own = holding_of(folder);
    const std::string shown = (root_ / folder).string();
    if (own != nullptr && own->mixed) {
      result_.warnings.push_back(shown + " mixes files of several studies; one is diagnosed.");
    } else if (own != nullptr && !belongs_to(own->key, folder)) {
      result_.warnings.push_back(shown +
                                 " holds files of one study, and those of others below it; one of "
                                 "them is diagnosed for it.");
    }
  }

  [[nodiscard]] const Holding* holding_of(const fs::path& folder) const {
    const auto entry = tree_.folders.find(folder);
    return entry == tree_.folders.end() ? nullptr : &entry->second;
  }

  /// Whether a picture or volume lies in a DICOM study of a folder below the root: it is a part of
  /// that, a mask above all.
  [[nodiscard]] bool in_study_below(fs::path path) const {
    for (; !path.empty(); path = path.parent_path()) {
      if (dicom_.contains(path)) {
        return true;
      }
    }
    return false;
  }

  // The tree is no patient's folder for certain: a study may have it for its own because its series
  // lie apart in it, or because of a lone file whose name alone says DICOM.
  [[nodiscard]] bool in_root_study(fs::path path) const {
    if (!dicom_.contains(fs::path())) {
      return false;
    }
    const Holding* root = holding_of({});
    if (root != nullptr && root->dicom) {
      return !root->named_alone;
    }
    for (; !path.empty(); path = path.parent_path()) {
      const Holding* holding = holding_of(path);
      if (holding != nullptr && holding->dicom) {
        return true;
      }
    }
    return false;
  }

  void warn_of_root() {
    if (volumes_in_root_ + pictures_in_root_ == 0) {
      return;
    }
    const auto some = [](std::size_t count, const char* one, const char* more) {
      return std::to_string(count) + " " + (count == 1 ? one : more);
    };
    result_.warnings.push_back(
        root_.string() + ": " + some(volumes_in_root_, "NIfTI volume", "NIfTI volumes") + " and " +
        some(pictures_in_root_, "folder of pictures", "folders of pictures") +
        " passed over, since a DICOM study lies around them.");
  }

  void find_pictures() {
    for (const auto& [folder, holding] : tree_.folders) {
      if (holding.dicom || !holding.pictures || in_study_below(folder)) {
        continue;
      }
      if (in_root_study(folder)) {
        ++pictures_in_root_;
        continue;
      }
      const auto [begin, end] = below(folder);
      if (std::next(begin) == end) {
        found_.insert(folder);
      } else {
        result_.warnings.push_back((root_ / folder).string() +
                                   ": pictures passed over, since studies lie below them.");
      }
    }
  }

  void add(const fs::path& path) {
    Study study;
    study.path = path.empty() ? root_ : root_ / path;
    study.shown = path.empty() ? "." : path.string();
    study.name = path.empty() ? name_of_root() : result_name(path);
    result_.studies.push_back(std::move(study));
  }

  /// The tree itself has no path below it; its own name serves. A folder in it may have that, too.
  [[nodiscard]] std::string name_of_root() const {
    const std::string name = result_name(own_name(root_));
    const bool taken = std::any_of(found_.begin(), found_.end(), [&](const fs::path& path) {
      return !path.empty() && result_name(path) == name;
    });
    return taken ? name + "_" : name;  // no name made of a path ends so
  }

  fs::path root_;
  Tree tree_;
  std::set<fs::path> dicom_, found_;
  std::size_t volumes_in_root_ = 0, pictures_in_root_ = 0;  // passed over
  Studies result_;
};

}  // namespace

Studies find_studies(const fs::path& tree, const fs::path& output, Progress& progress,
                     const std::stop_token& stop) {
  std::error_code error;
  if (!fs::is_directory(tree, error)) {
    throw InputError({fs::exists(tree, error) ? "is no folder" : "there is no such folder",
                      tree.string(), "a folder with studies at any depth"});
  }
  Studies studies = Sorting(tree, walk_tree(tree, output, progress, stop)).studies();
  if (studies.studies.empty()) {
    throw InputError({"no studies in it", tree.string(),
                      "DICOM files, pictures or NIfTI volumes at any depth",
                      studies.warnings.empty() ? "" : studies.warnings.front()});
  }
  return studies;
}

}  // namespace jcs::cohort
