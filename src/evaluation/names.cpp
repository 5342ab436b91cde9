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

// Without the extension that a file has. A folder has none, and a number behind the last point is
// none: that file is named by its UID.
std::string stem_of(const std::filesystem::path& file) {
  constexpr std::string_view kZipped = ".nii.gz";
  const std::string name = file.filename().string();
  if (name.size() > kZipped.size() && has_ending(file, kZipped)) {
    return name.substr(0, name.size() - kZipped.size());
  }
  const std::string extension = file.extension().string();
  const bool number = extension.find_first_not_of(".0123456789") == std::string::npos;
  std::error_code ignored;
  return number || std::filesystem::is_directory(file, ignored) ? name : file.stem().string();
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
    names.push_back(numbered(name + stem_of(entry.image), entry));
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
