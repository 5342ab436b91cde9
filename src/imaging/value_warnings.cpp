#include "value_warnings.hpp"

#include <algorithm>

#include <dcmtk/dcmdata/dcdeftag.h>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::imaging {
namespace {

std::string rescale_text(const SliceHeader& slice) {
  if (slice.names_slope && slice.names_intercept) return "a slope and an intercept";
  if (slice.names_slope) return "a slope alone";
  return slice.names_intercept ? "an intercept alone" : "none";
}

}  // namespace

void require_one_rescale(const std::vector<SliceHeader>& slices) {
  const SliceHeader& first = slices.front();
  for (const SliceHeader& slice : slices) {
    if (rescale_text(slice) == rescale_text(first)) continue;
    throw InputError(
        {.what = "the slices of the series differ in whether they name a rescale",
         .where = slice.info.file.string(),
         .expected = rescale_text(first) + " as in " + first.info.file.filename().string(),
         .got = rescale_text(slice)});
  }
}

std::vector<std::string> text_warnings(const DicomFile& file) {
  std::vector<std::string> unexplained;
  for (const DcmTagKey& tag :
       {DCM_PatientName, DCM_PatientID, DCM_StudyDescription, DCM_SeriesDescription,
        DCM_AccessionNumber, DCM_ReferringPhysicianName, DCM_StudyID, DCM_IssuerOfPatientID,
        DCM_Manufacturer, DCM_ManufacturerModelName, DCM_ConvolutionKernel}) {
    if (!file.explains(tag)) unexplained.push_back(tag_name(tag));
  }
  if (unexplained.empty()) return {};
  const std::string sets = printable(raw_text(file.dataset(), DCM_SpecificCharacterSet));
  return {(sets.empty() ? std::string("The files name no character set")
                        : "The character set " + sets + " does not explain all characters") +
          ": those that are not known became ? in " + joined(unexplained) + "."};
}

std::vector<std::string> rescale_warnings(const std::vector<SliceHeader>& slices) {
  const SliceHeader& first = slices.front();
  if (first.names_slope && first.names_intercept) return {};
  if (first.names_slope) {
    return {
        "The files name no rescale intercept: it was taken for 0, and the values may be no "
        "Hounsfield units."};
  }
  if (first.names_intercept) return {"The files name no rescale slope: it was taken for 1."};
  return {"The files name no rescale: their values were taken for Hounsfield units as they are."};
}

std::vector<std::string> padding_warnings(const std::vector<std::optional<PaddingHu>>& paddings) {
  std::optional<PaddingHu> all;
  std::size_t count = 0;
  for (const auto& padding : paddings) {
    if (!padding) continue;
    ++count;
    if (!all) all = padding;
    all->low = std::min(all->low, padding->low);
    all->high = std::max(all->high, padding->high);
  }
  if (!all) return {};
  const std::string some = count < paddings.size() ? " of " + std::to_string(count) + " of " +
                                                         std::to_string(paddings.size()) + " slices"
                                                   : "";
  const std::string values =
      to_text(all->low) + (all->high > all->low ? " to " + to_text(all->high) : "");
  return {"The padding value" + some + " means " + values +
          " HU, which tissue may have too: pixels with it became air."};
}

}  // namespace jcs::imaging
