#include "series_identity.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::imaging {
namespace {

/// A name for comparing: writers differ in capitals and in whether they write empty components at
/// its end.
std::string compared_name(const std::string& name) {
  std::string text = lower_case(name);
  text.erase(text.find_last_not_of("^= ") + 1);
  return text;
}

std::string as_it_is(const std::string& text) { return text; }

/// Whose the CT slices of a folder are.
struct Owners {
  std::set<std::string> patients;  ///< identifiers, or names where no slice has an identifier
  std::map<std::string_view, std::string_view> studies;  ///< UIDs and dates
};

Owners owners_of(const std::vector<Series>& catalog) {
  Owners owners;
  std::set<std::string> names;
  for (const Series& series : catalog) {
    if (!series.summary.suitable()) continue;
    const SeriesInfo* last = nullptr;  // frames of a file share it
    for (const SliceHeader& slice : series.slices) {
      if (slice.series.get() == last) continue;
      last = slice.series.get();
      if (!last->patient_id.empty()) owners.patients.insert(last->patient_id);
      if (std::string name = compared_name(last->patient_name); !name.empty()) {
        names.insert(std::move(name));
      }
      if (!last->study_uid.empty()) owners.studies.emplace(last->study_uid, last->study_date);
    }
  }
  if (owners.patients.empty()) owners.patients = std::move(names);
  return owners;
}

/// What the first slice says that has the fact, or else the first of all.
const SeriesInfo& who_names(std::string SeriesInfo::*fact, const std::vector<SliceHeader>& slices) {
  const auto found = std::find_if(slices.begin(), slices.end(), [&](const SliceHeader& slice) {
    return !((*slice.series).*fact).empty();
  });
  return *(found == slices.end() ? slices.front() : *found).series;
}

/// The patient's identifier, or the name where there is none.
std::string patient_text(const std::vector<SliceHeader>& slices) {
  const std::string& id = who_names(&SeriesInfo::patient_id, slices).patient_id;
  const std::string& name = who_names(&SeriesInfo::patient_name, slices).patient_name;
  return "'" + id + "'" + (id.empty() && !name.empty() ? " ('" + name + "')" : "");
}

/// The study's date, with its UID where others are of that date too.
std::string study_text(const SeriesInfo& info, const Owners& owners) {
  if (info.study_date.empty()) return "study '" + info.study_uid + "'";
  const auto same_date =
      std::count_if(owners.studies.begin(), owners.studies.end(), [&](const auto& study) {
        return study.first != info.study_uid && study.second == info.study_date;
      });
  const std::string text = "the study of '" + info.study_date + "'";
  return same_date > 0 ? text + " ('" + info.study_uid + "')" : text;
}

void require_one(const std::vector<SliceHeader>& slices, std::string SeriesInfo::*fact,
                 const char* owners, std::string (*compared)(const std::string&) = as_it_is) {
  const SliceHeader* first = nullptr;
  const SeriesInfo* last = nullptr;  // frames of a file share it
  for (const SliceHeader& slice : slices) {
    if (slice.series.get() == last) continue;
    last = slice.series.get();
    const std::string& value = last->*fact;
    const std::string other = compared(value);
    if (other.empty()) continue;
    if (first == nullptr) first = &slice;
    const std::string& wanted = (*first->series).*fact;
    if (other == compared(wanted)) continue;
    throw InputError({.what = std::string("the slices of the series are of different ") + owners,
                      .where = slice.info.file.string(),
                      .expected = "'" + wanted + "' as in " + first->info.file.string(),
                      .got = "'" + value + "'"});
  }
}

}  // namespace

void require_one_identity(const std::vector<SliceHeader>& slices) {
  require_one(slices, &SeriesInfo::patient_id, "patients");
  if (who_names(&SeriesInfo::patient_id, slices).patient_id.empty()) {
    require_one(slices, &SeriesInfo::patient_name, "patients", compared_name);
  }
  require_one(slices, &SeriesInfo::study_uid, "studies");
}

std::vector<std::string> identity_warnings(const std::vector<Series>& catalog,
                                           const Series& chosen) {
  const Owners owners = owners_of(catalog);
  std::vector<std::string> warnings;
  if (owners.patients.size() > 1) {
    warnings.push_back("The folder holds CT of " + std::to_string(owners.patients.size()) +
                       " patients; read was patient " + patient_text(chosen.slices) + ".");
  }
  if (owners.studies.size() > 1) {
    warnings.push_back("The folder holds CT of " + std::to_string(owners.studies.size()) +
                       " studies; read was " +
                       study_text(who_names(&SeriesInfo::study_uid, chosen.slices), owners) + ".");
  }
  return warnings;
}

}  // namespace jcs::imaging
