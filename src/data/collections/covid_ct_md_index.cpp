#include <algorithm>
#include <set>

#include "jcs/core/csv_problem.hpp"
#include "jcs/core/csv_reader.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

#include "covid_ct_md.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kColumns = "the columns Label Index, Diagnosis and Folder/ID";

Diagnosis diagnosis_of(const std::string& as_written, const std::string& where) {
  const std::string text = lower_case(as_written);
  if (text == "covid-19" || text == "covid") return Diagnosis::kCovid;
  if (text == "cap") return Diagnosis::kOtherPneumonia;
  if (text == "normal") return Diagnosis::kNormal;
  throw InputError({"no diagnosis", where, "COVID-19, CAP or Normal", "'" + as_written + "'"});
}

}  // namespace

std::vector<std::pair<IndexedPatient, std::size_t>> read_patient_index(const fs::path& file) {
  std::vector<std::pair<IndexedPatient, std::size_t>> patients;
  std::set<std::string> ids;
  std::set<std::size_t> indices;
  const std::string text = csv_text(file);
  CsvReader<3> csv(file.string(), text.data(), text.data() + text.size());
  try {
    csv.read_header(io::ignore_extra_column | io::ignore_missing_column, "Label Index", "Diagnosis",
                    "Folder/ID");
    for (const char* column : {"Label Index", "Diagnosis", "Folder/ID"}) {
      if (!csv.has_column(column)) {
        throw InputError(
            {std::string("no column '") + column + "'", file.string() + ":1", kColumns});
      }
    }
    std::string index, diagnosis, id;
    while (csv.read_row(index, diagnosis, id)) {
      const std::string where = file.string() + ":" + std::to_string(csv.get_file_line());
      const auto number = parse_integer(index);
      if (!number || *number < 0) {
        throw InputError({"no label index", where, "a whole number from 0 on", "'" + index + "'"});
      }
      if (id.empty()) {
        throw InputError({"no patient", where});
      }
      if (!ids.insert(id).second) {
        throw InputError({"patient '" + id + "' is named twice", where});
      }
      const auto label_index = static_cast<std::size_t>(*number);
      if (!indices.insert(label_index).second) {
        throw InputError({"label index " + index + " is given twice", where});
      }
      patients.emplace_back(IndexedPatient{id, diagnosis_of(diagnosis, where), where, 0},
                            label_index);
    }
  } catch (const io::error::base&) {
    throw InputError({"no index of patients",
                      file.string() + ":" + std::to_string(std::max(csv.get_file_line(), 1U)),
                      kColumns});
  }
  return patients;
}

}  // namespace jcs::data
