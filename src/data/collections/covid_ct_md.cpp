#include "covid_ct_md.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "jcs/core/csv_problem.hpp"
#include "jcs/core/csv_reader.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/data/collections.hpp"

#include "layout.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCovidCtMd = "COVID-CT-MD";
constexpr const char* kTable = "slices.csv";
constexpr const char* kIndex = "Index.csv";

bool named_like_dicom(const fs::path& file) { return has_ending(file, ".dcm"); }

Diagnosis diagnosis_of(const std::string& text, const std::string& where) {
  if (text == "covid") return Diagnosis::kCovid;
  if (text == "cap") return Diagnosis::kOtherPneumonia;
  if (text == "normal") return Diagnosis::kNormal;
  throw InputError({"no diagnosis", where, "covid, cap or normal", "'" + text + "'"});
}

std::optional<bool> infection_of(const std::string& text, const std::string& where) {
  if (text != "1" && text != "0" && !text.empty()) {
    throw InputError({"no infection label", where, "1, 0 or nothing", "'" + text + "'"});
  }
  return text.empty() ? std::nullopt : std::optional<bool>(text == "1");
}

// The table of slices and what radiologists saw in each.
Manifest from_table(const fs::path& folder, const std::stop_token& stop) {
  const std::string table = (folder / kTable).string();
  Manifest manifest{folder, {}};
  const std::string text = csv_text(table);
  CsvReader<4> csv(table, text.data(), text.data() + text.size());
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
      entry.label =
          slice_label(diagnosis_of(diagnosis, where), infection_of(infection, where), where);
      entry.patient = patient;
      entry.source = kCovidCtMd;
      manifest.entries.push_back(std::move(entry));
    }
  } catch (const io::error::base&) {
    throw InputError({"no table of slices",
                      table + ":" + std::to_string(std::max(csv.get_file_line(), 1U)),
                      "the columns patient, diagnosis, file and infection"});
  }
  return manifest;
}

struct PatientFolder {
  fs::path folder;
  Diagnosis diagnosis;
};

// All patients that lie in the folders of the three groups.
std::vector<PatientFolder> patients_in(const fs::path& folder) {
  std::vector<PatientFolder> patients;
  const auto add = [&](std::initializer_list<std::string_view> names, Diagnosis diagnosis) {
    for (fs::path& patient : folders_in(folder_of(folder, names, kCovidCtMd))) {
      patients.push_back({std::move(patient), diagnosis});
    }
  };
  add({"COVID-19 Cases", "COVID-19 subjects", "COVID-19"}, Diagnosis::kCovid);
  add({"Cap Cases", "CAP subjects", "CAP"}, Diagnosis::kOtherPneumonia);
  add({"Normal Cases", "Normal subjects", "Normal"}, Diagnosis::kNormal);
  return patients;
}

std::string name_of(const PatientFolder& patient) { return patient.folder.filename().string(); }

// Index and folders must tell of the same patients: a label that finds no slice, or the slices of
// somebody else, is no label.
void compare(const PublishedLabels& labels, const std::vector<PatientFolder>& patients,
             const fs::path& folder) {
  for (const IndexedPatient& indexed : labels.patients()) {
    const auto found = std::find_if(patients.begin(), patients.end(), [&](const auto& patient) {
      return name_of(patient) == indexed.id;
    });
    if (found == patients.end()) {
      throw InputError({"patient '" + indexed.id + "' has no folder", indexed.where,
                        "a folder of that name below " + folder.string()});
    }
    if (found->diagnosis != indexed.diagnosis) {
      throw InputError({"patient '" + indexed.id + "' has another diagnosis than the folder says",
                        indexed.where, found->folder.string()});
    }
  }
}

Manifest from_folders(const fs::path& folder, const std::optional<PublishedLabels>& labels,
                      Progress& progress, const std::stop_token& stop) {
  const std::vector<PatientFolder> patients = patients_in(folder);
  if (labels) compare(*labels, patients, folder);
  Manifest manifest{folder, {}};
  for (const PatientFolder& patient : patients) {
    throw_if_stopped(stop);
    progress.update("slices", manifest.entries.size(), 0);
    const std::vector<fs::path> slices = files_in(patient.folder, named_like_dicom);
    ManifestEntry entry;
    entry.source = kCovidCtMd;
    entry.patient = name_of(patient);
    const IndexedPatient* indexed = labels ? labels->find(entry.patient) : nullptr;
    std::vector<bool> infected;
    if (indexed != nullptr) infected = labels->infected(*indexed, slices, stop);
    for (std::size_t i = 0; i < slices.size(); ++i) {
      entry.image = slices[i];
      entry.label = slice_label(
          patient.diagnosis, indexed != nullptr ? std::optional<bool>(infected[i]) : std::nullopt,
          slices[i].string());
      manifest.entries.push_back(entry);
    }
  }
  return manifest;
}

}  // namespace

Manifest list_covid_ct_md(const fs::path& folder, Progress& progress, const std::stop_token& stop) {
  std::error_code ignored;
  if (fs::is_regular_file(folder / kTable, ignored)) {
    return filled(from_table(folder, stop), kCovidCtMd);
  }
  std::optional<PublishedLabels> labels;
  if (fs::is_regular_file(folder / kIndex, ignored)) labels.emplace(folder);
  return filled(from_folders(folder, labels, progress, stop), kCovidCtMd);
}

}  // namespace jcs::data
