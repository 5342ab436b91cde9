#include "jcs/data/write_manifest.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

#include "csv_field.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

std::string field(const std::string& text) {
  // Lines end at a line break and fields lose their outer blanks, within quotes too.
  if (text.find_first_of(std::string("\n\r\0", 3)) != std::string::npos || trimmed(text) != text) {
    throw InputError({"cannot be written into a manifest", text, "no line break, no outer blanks"});
  }
  return csv_field(text);
}

// The folder's links are followed, as `..` leaves the folder that a link points to. The file's own
// link is not: its name may say what it is.
std::string relative_name(const fs::path& file, const fs::path& folder) {
  if (file.empty()) {
    return {};
  }
  std::error_code error;
  const fs::path parent = fs::weakly_canonical(fs::absolute(file).parent_path(), error);
  if (error) {
    return fs::absolute(file).string();
  }
  const fs::path name = (parent / file.filename()).lexically_proximate(folder);
  return name.string();
}

std::string number(const std::optional<int>& value) {
  return value ? std::to_string(*value) : std::string();
}

}  // namespace

std::string manifest_text(const fs::path& file, const Manifest& manifest) {
  if (has_ending(file, ".txt")) {
    throw UsageError({"a name in .txt means a list without columns", file.string(), ".csv"});
  }
  const auto any = [&](auto member) {
    return std::any_of(manifest.entries.begin(), manifest.entries.end(),
                       [&](const ManifestEntry& entry) { return (entry.*member).has_value(); });
  };
  const bool slices = any(&ManifestEntry::slice);
  const bool values = any(&ManifestEntry::mask_value);
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(fs::absolute(file).parent_path(), error);
  if (error) {
    throw OutputError({"cannot be written: " + error.message(), file.string()});
  }

  std::string csv = "image,mask,label,patient,source";
  csv += slices ? ",slice" : "";
  csv += values ? ",mask_value\n" : "\n";
  for (const ManifestEntry& entry : manifest.entries) {
    std::vector<std::string> fields{field(relative_name(entry.image, folder)),
                                    field(relative_name(entry.mask, folder)), number(entry.label),
                                    field(entry.patient), field(entry.source)};
    if (slices) fields.push_back(number(entry.slice));
    if (values) fields.push_back(number(entry.mask_value));
    csv += joined(fields, ",") + "\n";
  }
  return csv;
}

void write_manifest(const fs::path& file, const Manifest& manifest) {
  write_file(file, manifest_text(file, manifest));
}

}  // namespace jcs::data
