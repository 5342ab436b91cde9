#include "jcs/data/manifest.hpp"

#include <algorithm>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/csv_problem.hpp"
#include "jcs/core/csv_reader.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

#include "manifest_entry.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kColumns = "image, mask, label, patient, source, slice and mask_value";

using Reader = CsvReader<7>;

// The column names of the header, checked before any entry is read: the parser itself would name
// only the first column that it does not know.
void read_header(Reader& csv, const fs::path& file) {
  try {
    csv.read_header(io::ignore_missing_column, "image", "mask", "label", "patient", "source",
                    "slice", "mask_value");
  } catch (const io::error::extra_column_in_header& error) {
    throw InputError({"unknown column '" + std::string(error.column_name) + "'",
                      file.string() + ":1", kColumns});
  } catch (const io::error::duplicated_column_in_header& error) {
    throw InputError(
        {"column '" + std::string(error.column_name) + "' is given twice", file.string() + ":1"});
  } catch (const io::error::header_missing&) {
    throw InputError({"empty manifest", file.string(), std::string("a header with ") + kColumns});
  }
  if (!csv.has_column("image")) {
    throw InputError(
        {"no column 'image'", file.string() + ":1", std::string("a header with ") + kColumns});
  }
}

Manifest read_csv(const fs::path& file, Images images) {
  Manifest manifest{file, {}};
  const fs::path folder = file.parent_path();
  try {
    const std::string text = csv_text(file);
    Reader csv(file.string(), text.data(), text.data() + text.size());
    read_header(csv, file);
    EntryTexts texts;
    while (csv.read_row(texts.image, texts.mask, texts.label, texts.patient, texts.source,
                        texts.slice, texts.mask_value)) {
      manifest.entries.push_back(checked_entry(texts, folder, file, csv.get_file_line(), images));
    }
  } catch (const io::error::base& error) {
    throw csv_problem(error, file);
  }
  return manifest;
}

}  // namespace

Manifest read_manifest(const fs::path& file, Images images) {
  Manifest manifest = has_ending(file, ".txt") ? read_pair_list(file) : read_csv(file, images);
  if (manifest.entries.empty()) {
    throw InputError({"manifest without entries", file.string()});
  }
  return manifest;
}

Manifest with_files_of_folders(const Manifest& manifest) {
  Manifest files{manifest.file, {}};
  for (const ManifestEntry& entry : manifest.entries) {
    std::error_code error;
    if (!fs::is_directory(entry.image, error)) {
      files.entries.push_back(entry);
      continue;
    }
    std::vector<fs::path> found;
    for (fs::recursive_directory_iterator it(entry.image, error), end; !error && it != end;
         it.increment(error)) {
      std::error_code ignored;
      if (it->is_regular_file(ignored)) {
        found.push_back(it->path());
      }
    }
    if (error || found.empty()) {
      throw InputError({error ? "folder cannot be read: " + error.message() : "empty folder",
                        entry.image.string()});
    }
    std::sort(found.begin(), found.end());
    for (fs::path& file : found) {
      files.entries.push_back(entry);
      files.entries.back().image = std::move(file);
    }
  }
  return files;
}

}  // namespace jcs::data
