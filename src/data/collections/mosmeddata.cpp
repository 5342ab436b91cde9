#include <string>
#include <utility>
#include <vector>

#include "jcs/data/collections.hpp"
#include "jcs/imaging/nifti.hpp"

#include "layout.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMosMedData = "MosMedData";

// The mask of a study, packed or not; empty where it has none.
fs::path mask_of(const fs::path& masks, const std::string& study) {
  std::error_code ignored;
  for (const char* ending : {"_mask.nii.gz", "_mask.nii"}) {
    fs::path mask = masks / (study + ending);
    if (fs::is_regular_file(mask, ignored)) {
      return mask;
    }
  }
  return {};
}

}  // namespace

Manifest list_mosmeddata(const fs::path& folder, Progress& progress, const std::stop_token& stop) {
  const fs::path studies = find_folder(folder, {"studies"}).value_or(folder);
  std::vector<std::pair<fs::path, bool>> files;  // and whether they show no pneumonia
  bool found = false;
  for (const char* severity : {"CT-0", "CT-1", "CT-2", "CT-3", "CT-4"}) {
    if (const auto group = find_folder(studies, {severity})) {
      found = true;
      for (const fs::path& file : files_in(*group, imaging::named_like_nifti)) {
        files.emplace_back(file, std::string(severity) == "CT-0");
      }
    }
  }
  if (!found) {
    folder_of(studies, {"CT-0", "CT-1", "CT-2", "CT-3", "CT-4"}, kMosMedData);
  }
  Manifest manifest{folder, {}};
  for (std::size_t i = 0; i < files.size(); ++i) {
    progress.update("studies", i, files.size());
    const auto& [file, healthy] = files[i];
    ManifestEntry like;
    like.image = file;
    like.patient = stem_of_nifti(file);
    like.mask = mask_of(folder / "masks", like.patient);
    like.source = kMosMedData;
    if (healthy) {
      like.label = 0;
    }
    add_volume(manifest, like, stop);
  }
  return filled(std::move(manifest), kMosMedData);
}

}  // namespace jcs::data
