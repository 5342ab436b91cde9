#include "jcs/data/manifest.hpp"

#include <csv.h>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kColumns = "image, mask, label, patient and source";

using CsvReader = io::CSVReader<5, io::trim_chars<' ', '\t'>, io::double_quote_escape<',', '"'>,
                                io::throw_on_overflow, io::empty_line_comment>;

fs::path existing(const fs::path& folder, const std::string& name, const char* what,
                  const std::string& where) {
  if (name.empty()) {
    return {};
  }
  fs::path path = fs::path(name).is_absolute() ? fs::path(name) : folder / name;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    throw InputError({std::string(what) + " is not there", where, "a file", path.string()});
  }
  return path;
}

// The column names of the header, checked before any entry is read: the parser itself would name
// only the first column that it does not know.
void read_header(CsvReader& csv, const fs::path& file) {
  try {
    csv.read_header(io::ignore_missing_column, "image", "mask", "label", "patient", "source");
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

}  // namespace

Manifest read_manifest(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) {
    throw InputError({"manifest cannot be read", file.string()});
  }
  Manifest manifest{file, {}};
  const fs::path folder = file.parent_path();
  try {
    CsvReader csv(file.string());
    read_header(csv, file);
    std::string image, mask, label;
    ManifestEntry entry;
    while (csv.read_row(image, mask, label, entry.patient, entry.source)) {
      entry.line = csv.get_file_line();
      const std::string where = file.string() + ":" + std::to_string(entry.line);
      if (image.empty()) {
        throw InputError({"no image", where});
      }
      if (!label.empty() && label != "0" && label != "1") {
        throw InputError({"no label", where, "0, 1 or nothing", "'" + label + "'"});
      }
      entry.image = existing(folder, image, "image", where);
      entry.mask = existing(folder, mask, "mask", where);
      entry.label = label.empty() ? std::nullopt : std::optional<int>(label == "1" ? 1 : 0);
      manifest.entries.push_back(entry);
    }
  } catch (const io::error::can_not_open_file&) {
    throw InputError({"manifest cannot be read", file.string()});
  } catch (const io::error::base& error) {
    const auto* line = dynamic_cast<const io::error::with_file_line*>(&error);
    const std::string where =
        file.string() +
        (line != nullptr && line->file_line > 0 ? ":" + std::to_string(line->file_line) : "");
    if (dynamic_cast<const io::error::too_few_columns*>(&error) != nullptr) {
      throw InputError({"too few fields for the header", where});
    }
    if (dynamic_cast<const io::error::too_many_columns*>(&error) != nullptr) {
      throw InputError({"more fields than the header names", where});
    }
    if (dynamic_cast<const io::error::escaped_string_not_closed*>(&error) != nullptr) {
      throw InputError({"a quote is not closed", where});
    }
    throw InputError({"no valid CSV", where});
  }
  if (manifest.entries.empty()) {
    throw InputError({"manifest without entries", file.string()});
  }
  return manifest;
}

}  // namespace jcs::data
