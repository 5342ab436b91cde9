#include <algorithm>
#include <numeric>

#include "jcs/core/error.hpp"
#include "jcs/core/parallel.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/slice_facts.hpp"

#include "covid_ct_md.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

fs::path table_in(const fs::path& folder) {
  for (const char* name : {"Slice-level-labels-updated-1.npy", "Slice-level-labels.npy"}) {
    std::error_code ignored;
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  throw InputError({"the index of patients is there, but not their labels", folder.string(),
                    "Slice-level-labels-updated-1.npy or Slice-level-labels.npy"});
}

double location_of(const fs::path& slice) {
  const auto facts = imaging::read_slice_facts(slice);
  if (!facts) {
    throw InputError({"is not a DICOM file", slice.string()});
  }
  if (!facts->location_mm) {
    throw InputError(
        {"has no Slice Location (0020,1041), by which labels are given", slice.string()});
  }
  return *facts->location_mm;
}

std::string counted(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what;
}

}  // namespace

std::optional<int> slice_label(Diagnosis diagnosis, std::optional<bool> infected,
                               const std::string& where) {
  if (diagnosis == Diagnosis::kNormal) {
    if (infected.value_or(false)) {
      throw InputError({"an infected slice of a normal patient", where});
    }
    return 0;
  }
  return diagnosis == Diagnosis::kCovid && infected.value_or(false) ? std::optional<int>(1)
                                                                    : std::nullopt;
}

PublishedLabels::PublishedLabels(const fs::path& folder)
    : index_file_(folder / "Index.csv"), table_file_(table_in(folder)) {
  std::vector<std::size_t> label_indices;
  for (auto& [patient, index] : read_patient_index(index_file_)) {
    patients_.push_back(std::move(patient));
    label_indices.push_back(index);
  }
  table_ = read_npy_table(table_file_);
  const auto stray = std::find_if(table_.values.begin(), table_.values.end(),
                                  [](double value) { return value != 0 && value != 1; });
  if (stray != table_.values.end()) {
    const auto at = static_cast<std::size_t>(stray - table_.values.begin());
    throw InputError({"a label is neither 0 nor 1",
                      table_file_.string() + ": row " + std::to_string(at / table_.columns) +
                          ", column " + std::to_string(at % table_.columns),
                      "0 or 1", to_text(*stray)});
  }
  assign_rows(std::move(label_indices));
}

// The publishers' index leaves numbers out while their table has no such gap: where both have as
// many patients, the rank of an index is its row.
void PublishedLabels::assign_rows(std::vector<std::size_t> label_indices) {
  if (table_.rows == patients_.size()) {
    std::vector<std::size_t> sorted = label_indices;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t& index : label_indices) {
      const auto place = std::lower_bound(sorted.begin(), sorted.end(), index);
      index = static_cast<std::size_t>(place - sorted.begin());
    }
  }
  for (std::size_t i = 0; i < patients_.size(); ++i) {
    if (label_indices[i] >= table_.rows) {
      throw InputError(
          {"index and labels do not belong together", table_file_.string(),
           "a row for each of " + counted(patients_.size(), "patients of ") + index_file_.string(),
           counted(table_.rows, "rows")});
    }
    patients_[i].row = label_indices[i];
  }
}

const IndexedPatient* PublishedLabels::find(std::string_view id) const {
  const auto found = std::find_if(patients_.begin(), patients_.end(),
                                  [&](const IndexedPatient& one) { return one.id == id; });
  return found == patients_.end() ? nullptr : &*found;
}

std::vector<bool> PublishedLabels::infected(const IndexedPatient& patient,
                                            const std::vector<fs::path>& slices,
                                            const std::stop_token& stop) const {
  const std::string where = table_file_.string() + ": patient " + patient.id;
  if (slices.size() > table_.columns) {
    throw InputError({"more slices than labels", where, "at most " + std::to_string(table_.columns),
                      std::to_string(slices.size())});
  }
  std::vector<double> locations(slices.size());
  parallel_for(slices.size(), 0, stop,
               [&](std::size_t i) { locations[i] = location_of(slices[i]); });
  std::vector<std::size_t> order(slices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return locations[a] < locations[b]; });

  const auto label = [&](std::size_t column) { return table_.at(patient.row, column) == 1; };
  std::vector<bool> infected(slices.size());
  for (std::size_t column = 0; column < table_.columns; ++column) {
    if (column >= slices.size()) {
      if (!label(column)) continue;
      throw InputError({"a label has no slice", where + ", column " + std::to_string(column),
                        counted(column + 1, "slices or more"), std::to_string(slices.size())});
    }
    const std::size_t slice = order[column];
    infected[slice] = label(column);
    if (column > 0 && locations[slice] == locations[order[column - 1]] &&
        label(column) != label(column - 1)) {
      throw InputError({"lies where another slice lies, and their labels differ",
                        slices[slice].string(), "one slice at each Slice Location (0020,1041)",
                        to_text(locations[slice])});
    }
  }
  return infected;
}

}  // namespace jcs::data
