#include "jcs/imaging/slice_facts.hpp"

#include <dcmtk/dcmdata/dcdeftag.h>

#include "jcs/core/text.hpp"

#include "dicom_file.hpp"

namespace jcs::imaging {

namespace {

constexpr double kDaysPerYear = 365.25;

// An age string: three digits and a unit (DICOM PS3.5, value representation AS). Some systems leave
// out leading zeros.
std::optional<double> years(const std::string& age) {
  if (age.size() < 2 || age.size() > 4) return std::nullopt;
  const auto count = parse_integer(age.substr(0, age.size() - 1));
  if (!count || *count < 0) return std::nullopt;
  const auto number = static_cast<double>(*count);
  switch (age.back()) {
    case 'Y':
      return number;
    case 'M':
      return number / 12;
    case 'W':
      return number * 7 / kDaysPerYear;
    case 'D':
      return number / kDaysPerYear;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<SliceFacts> read_slice_facts(const std::filesystem::path& path) {
  if (!begins_like_dicom(path)) return std::nullopt;
  const DicomFile file(path);
  SliceFacts facts;
  facts.age_years = years(file.text(DCM_PatientAge));
  const std::string sex = file.text(DCM_PatientSex);
  if (sex == "M" || sex == "F" || sex == "O") facts.sex = sex;
  // In a multi-frame file the thickness stands in a functional group.
  if (DcmItem* measures = file.group(DCM_PixelMeasuresSequence, 0)) {
    facts.thickness_mm = number(*measures, DCM_SliceThickness);
    if (facts.thickness_mm && !(*facts.thickness_mm > 0)) facts.thickness_mm.reset();
  }
  facts.location_mm = number(file.dataset(), DCM_SliceLocation);
  return facts;
}

}  // namespace jcs::imaging
