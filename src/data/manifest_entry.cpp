#include "manifest_entry.hpp"

#include <limits>
#include <optional>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/nifti.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

fs::path existing(const fs::path& folder, const std::string& name, const char* what,
                  const std::string& where, Images images) {
  if (name.empty()) {
    return {};
  }
  fs::path path = fs::path(name).is_absolute() ? fs::path(name) : folder / name;
  std::error_code ignored;
  const bool folders = images == Images::kFilesAndFolders;
  if (!fs::is_regular_file(path, ignored) && !(folders && fs::is_directory(path, ignored))) {
    throw InputError({std::string(what) + " is not there", where,
                      folders ? "a file or a folder" : "a file", path.string()});
  }
  // The last part of a folder's path is its name, and that of `studies/p1/` would be empty.
  return path.has_filename() ? path : path.parent_path();
}

std::optional<int> whole_number(const std::string& text, const char* what,
                                const std::string& where) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > std::numeric_limits<int>::max()) {
    throw InputError(
        {std::string("no ") + what, where, "a whole number from 0 on", "'" + text + "'"});
  }
  return static_cast<int>(*number);
}

void check_volume(const ManifestEntry& entry, const std::string& where) {
  const bool image = imaging::named_like_nifti(entry.image);
  const bool mask = imaging::named_like_nifti(entry.mask);
  if (!entry.mask.empty() && image != mask) {
    throw InputError({"image and mask must both be NIfTI or neither",
                      where,
                      {},
                      entry.image.filename().string() + " and " + entry.mask.filename().string()});
  }
  if (image && !entry.slice) {
    throw InputError({"a NIfTI volume needs its slice", where, "a number in the column 'slice'"});
  }
  if (!image && entry.slice) {
    throw InputError({"a slice is given, but the image is no NIfTI volume", where,
                      ".nii or .nii.gz", entry.image.filename().string()});
  }
  if (entry.mask_value && !mask) {
    throw InputError({"a mask value is given, but there is no NIfTI mask", where, ".nii or .nii.gz",
                      entry.mask.empty() ? "no mask" : entry.mask.filename().string()});
  }
}

}  // namespace

ManifestEntry checked_entry(const EntryTexts& texts, const fs::path& folder, const fs::path& file,
                            unsigned line, Images images) {
  const std::string where = file.string() + ":" + std::to_string(line);
  if (texts.image.empty()) {
    throw InputError({"no image", where});
  }
  if (!texts.label.empty() && texts.label != "0" && texts.label != "1") {
    throw InputError({"no label", where, "0, 1 or nothing", "'" + texts.label + "'"});
  }
  ManifestEntry entry;
  entry.line = line;
  entry.image = existing(folder, texts.image, "image", where, images);
  entry.mask = existing(folder, texts.mask, "mask", where, Images::kFiles);
  entry.label = texts.label.empty() ? std::nullopt : std::optional<int>(texts.label == "1" ? 1 : 0);
  entry.patient = texts.patient;
  entry.source = texts.source;
  entry.slice = whole_number(texts.slice, "slice", where);
  entry.mask_value = whole_number(texts.mask_value, "mask value", where);
  if (entry.mask_value == 0) {
    throw InputError({"mask value 0 is the background", where, "1 or more"});
  }
  check_volume(entry, where);
  return entry;
}

}  // namespace jcs::data
