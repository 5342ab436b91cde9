#include "series_identity.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "jcs/core/error.hpp"

namespace jcs::imaging {
namespace {

void require_one(const std::vector<SliceHeader>& slices, std::string SeriesInfo::*fact,
                 const char* owners) {
  const SliceHeader* first = nullptr;
  for (const SliceHeader& slice : slices) {
    const std::string& value = (*slice.series).*fact;
    if (value.empty()) continue;
    if (first == nullptr) first = &slice;
    const std::string& wanted = (*first->series).*fact;
    if (value == wanted) continue;
    throw InputError({.what = std::string("the slices of the series are of different ") + owners,
                      .where = slice.info.file.string(),
                      .expected = "'" + wanted + "' as in " + first->info.file.string(),
                      .got = "'" + value + "'"});
  }
}

/// Whose the CT slices of a folder are.
struct Owners {
  using Patient = std::pair<std::string_view, std::string_view>;  ///< identifier and name
  std::set<Patient> patients;
  std::set<std::string_view> studies;
};

Owners owners_of(const std::vector<Series>& catalog) {
  Owners owners;
  for (const Series& series : catalog) {
    if (!series.summary.suitable()) continue;
    const SeriesInfo* last = nullptr;  // frames of a file share it
    for (const SliceHeader& slice : series.slices) {
      if (slice.series.get() == last) continue;
      last = slice.series.get();
      owners.patients.emplace(last->patient_id, last->patient_name);
      if (!last->study_uid.empty()) owners.studies.insert(last->study_uid);
    }
  }
  return owners;
}

/// The patient's identifier, and the name where others have the same.
std::string patient_text(const SeriesInfo& info, const Owners& owners) {
  const auto namesakes = std::count_if(
      owners.patients.begin(), owners.patients.end(),
      [&](const Owners::Patient& patient) { return patient.first == info.patient_id; });
  const std::string text = "'" + info.patient_id + "'";
  return namesakes > 1 ? text + " ('" + info.patient_name + "')" : text;
}

std::string study_text(const SeriesInfo& info) {
  return info.study_date.empty() ? "study '" + info.study_uid + "'"
                                 : "the study of '" + info.study_date + "'";
}

}  // namespace

void require_one_identity(const std::vector<SliceHeader>& slices) {
  require_one(slices, &SeriesInfo::patient_id, "patients");
  require_one(slices, &SeriesInfo::study_uid, "studies");
}

std::vector<std::string> identity_warnings(const std::vector<Series>& catalog,
                                           const Series& chosen) {
  const Owners owners = owners_of(catalog);
  const SeriesInfo& info = *chosen.slices.front().series;
  std::vector<std::string> warnings;
  if (owners.patients.size() > 1) {
    warnings.push_back("The folder holds CT of " + std::to_string(owners.patients.size()) +
                       " patients; read was patient " + patient_text(info, owners) + ".");
  }
  if (owners.studies.size() > 1) {
    warnings.push_back("The folder holds CT of " + std::to_string(owners.studies.size()) +
                       " studies; read was " + study_text(info) + ".");
  }
  return warnings;
}

}  // namespace jcs::imaging
