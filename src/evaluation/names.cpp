#include "jcs/evaluation/names.hpp"

#include <cstdio>
#include <filesystem>
#include <set>
#include <string_view>

#include "jcs/core/text.hpp"

namespace jcs::evaluation {

namespace {

std::string numbered(std::string name, const data::ManifestEntry& entry) {
  if (entry.slice) {
    char number[32];
    std::snprintf(number, sizeof number, "_%04d", *entry.slice);
    name += number;
  }
  return name;
}

// Without an extension that a slice's file has. What stands behind the last point of another name
// is part of it: a study's folder and a file named by its UID end in a number.
std::string stem_of(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  for (const std::string_view ending :
       {".nii.gz", ".nii", ".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".dcm", ".mat"}) {
    if (name.size() > ending.size() && has_ending(file, ending)) {
      name.resize(name.size() - ending.size());
      break;
    }
  }
  return name;
}

bool all_differ(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

}  // namespace

std::vector<std::string> names_of(const data::Manifest& manifest) {
  std::vector<std::string> names;
  for (const data::ManifestEntry& entry : manifest.entries) {
    names.push_back(numbered(stem_of(entry.image), entry));
  }
  if (all_differ(names)) {
    return names;
  }
  names.clear();
  const auto folder = manifest.file.parent_path();
  for (const data::ManifestEntry& entry : manifest.entries) {
    const auto path = entry.image.lexically_proximate(folder);
    std::string name;
    for (const auto& part : path.parent_path()) {
      if (part != ".." && part != "/") {
        name += part.string() + "_";
      }
    }
    names.push_back(numbered(name + stem_of(path), entry));
  }
  if (!all_differ(names)) {
    // One picture on two lines, or two that differ by their extension alone.
    for (std::size_t i = 0; i < names.size(); ++i) {
      names[i] += "_line" + std::to_string(manifest.entries[i].line);
    }
  }
  return names;
}

}  // namespace jcs::evaluation
