#include "layout.hpp"

#include <algorithm>
#include <system_error>

#include "jcs/core/error.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/nifti.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> entries_of(const fs::path& folder,
                                 const std::function<bool(const fs::directory_entry&)>& wanted) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    // macOS leaves a hidden companion, ._NAME, beside every file that it copies.
    if (!it->path().filename().string().starts_with(".") && wanted(*it)) {
      found.push_back(it->path());
    }
  }
  if (error) {
    throw InputError({"cannot be read: " + error.message(), folder.string()});
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string size_of(const imaging::NiftiVolume& volume) {
  return std::to_string(volume.columns()) + "x" + std::to_string(volume.rows()) + "x" +
         std::to_string(volume.slices()) +
         (volume.feet_first() ? " from the feet up" : " from the head down");
}

}  // namespace

std::optional<fs::path> find_folder(const fs::path& folder,
                                    std::initializer_list<std::string_view> names) {
  std::error_code ignored;
  for (const std::string_view name : names) {
    if (fs::is_directory(folder / name, ignored)) {
      return folder / name;
    }
  }
  return std::nullopt;
}

fs::path folder_of(const fs::path& folder, std::initializer_list<std::string_view> names,
                   std::string_view what) {
  if (auto found = find_folder(folder, names)) {
    return *std::move(found);
  }
  std::vector<std::string> expected(names.begin(), names.end());
  throw InputError({"is not laid out like " + std::string(what), folder.string(),
                    "a folder " + joined(expected, " or ")});
}

std::vector<fs::path> files_in(const fs::path& folder,
                               const std::function<bool(const fs::path&)>& wanted) {
  return entries_of(folder, [&](const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.is_regular_file(ignored) && wanted(entry.path());
  });
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  return entries_of(folder, [](const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.is_directory(ignored);
  });
}

bool named_like_picture(const fs::path& file) {
  const std::string extension = lower_case(file.extension().string());
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg" || extension == ".bmp";
}

std::string stem_of_nifti(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.substr(0, lower_case(name).rfind(".nii"));
}

void add_volume(Manifest& manifest, const ManifestEntry& like, const std::stop_token& stop) {
  const imaging::NiftiVolume volume(like.image);
  std::optional<imaging::NiftiVolume> mask;
  if (!like.mask.empty()) {
    mask.emplace(like.mask);
    if (size_of(*mask) != size_of(volume)) {
      throw InputError({"the mask does not fit its volume", like.mask.string(), size_of(volume),
                        size_of(*mask)});
    }
  }
  for (int slice = 0; slice < volume.slices(); ++slice) {
    throw_if_stopped(stop);
    ManifestEntry entry = like;
    entry.slice = slice;
    if (mask) {
      entry.label = cv::countNonZero(mask->mask(slice, like.mask_value)) > 0 ? 1 : 0;
    }
    manifest.entries.push_back(std::move(entry));
  }
}

void add_pictures(Manifest& manifest, const fs::path& folder, const ManifestEntry& like,
                  const std::function<std::string(const fs::path&)>& patient) {
  for (const fs::path& picture : files_in(folder, named_like_picture)) {
    ManifestEntry entry = like;
    entry.image = picture;
    entry.patient = patient(picture);
    manifest.entries.push_back(std::move(entry));
  }
}

ManifestEntry labelled(int label, std::string_view source) {
  ManifestEntry entry;
  entry.label = label;
  entry.source = source;
  return entry;
}

std::string nobody(const fs::path&) { return {}; }

Manifest filled(Manifest manifest, std::string_view what) {
  if (manifest.entries.empty()) {
    throw InputError({"holds no slice of " + std::string(what), manifest.file.string()});
  }
  return manifest;
}

}  // namespace jcs::data
