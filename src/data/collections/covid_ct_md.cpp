#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include <csv.h>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/data/collections.hpp"

#include "layout.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "COVID-CT-MD";
constexpr const char* kTable = "slices.csv";

bool named_like_dicom(const fs::path& file) {
  return file.extension() == ".dcm" || file.extension() == ".DCM";
}

std::optional<int> label_of(const std::string& diagnosis, const std::string& infection,
                            const std::string& where) {
  if (infection != "1" && infection != "0" && !infection.empty()) {
    throw InputError({"no infection label", where, "1, 0 or nothing", "'" + infection + "'"});
  }
  if (diagnosis == "normal") {
    if (infection == "1") {
      throw InputError({"an infected slice of a normal patient", where});
    }
    return 0;
  }
  if (diagnosis != "covid" && diagnosis != "cap") {
    throw InputError({"no diagnosis", where, "covid, cap or normal", "'" + diagnosis + "'"});
  }
  return diagnosis == "covid" && infection == "1" ? std::optional<int>(1) : std::nullopt;
}

// The table of slices and what radiologists saw in each.
Manifest from_table(const fs::path& folder, const std::stop_token& stop) {
  const std::string table = (folder / kTable).string();
  Manifest manifest{folder, {}};
  io::CSVReader<4, io::trim_chars<' ', '\t'>, io::double_quote_escape<',', '"'>,
                io::throw_on_overflow, io::empty_line_comment>
      csv(table);
  std::string patient, diagnosis, file, infection;
  try {
    csv.read_header(io::ignore_extra_column, "patient", "diagnosis", "file", "infection");
    while (csv.read_row(patient, diagnosis, file, infection)) {
      throw_if_stopped(stop);
      const std::string where = table + ":" + std::to_string(csv.get_file_line());
      std::error_code ignored;
      if (file.empty() || !fs::is_regular_file(folder / file, ignored)) {
        throw InputError({"the slice is not there", where, "a file", (folder / file).string()});
      }
      ManifestEntry entry;
      entry.image = folder / file;
      entry.label = label_of(diagnosis, infection, where);
      entry.patient = patient;
      entry.source = kName;
      manifest.entries.push_back(std::move(entry));
    }
  } catch (const io::error::base&) {
    throw InputError({"no table of slices",
                      table + ":" + std::to_string(std::max(csv.get_file_line(), 1U)),
                      "the columns patient, diagnosis, file and infection"});
  }
  return manifest;
}

}  // namespace

Manifest list_covid_ct_md(const fs::path& folder, Progress& progress, const std::stop_token& stop) {
  std::error_code ignored;
  if (fs::is_regular_file(folder / kTable, ignored)) {
    return filled(from_table(folder, stop), kName);
  }
  Manifest manifest{folder, {}};
  ManifestEntry like;
  like.source = kName;
  const auto add = [&](std::initializer_list<std::string_view> names, std::optional<int> label) {
    const auto group = folder_of(folder, names, kName);
    for (const fs::path& patient : folders_in(group)) {
      throw_if_stopped(stop);
      progress.update("slices", manifest.entries.size(), 0);
      for (const fs::path& slice : files_in(patient, named_like_dicom)) {
        like.image = slice;
        like.label = label;
        like.patient = patient.filename().string();
        manifest.entries.push_back(like);
      }
    }
  };
  add({"COVID-19 Cases", "COVID-19 subjects"}, std::nullopt);
  add({"Cap Cases", "CAP subjects"}, std::nullopt);
  add({"Normal Cases", "Normal subjects"}, 0);
  return filled(std::move(manifest), kName);
}

}  // namespace jcs::data
