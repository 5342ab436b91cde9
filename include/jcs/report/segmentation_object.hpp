#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/dicom_options.hpp"

namespace jcs::report {

/// Writes opacities and lungs as a DICOM segmentation object in the study of the images: binary,
/// one segment a kind (opacities first; a kind of which there is nothing has none), frames only
/// where there is something, each on the grid of the slice it refers to. Both lungs are one
/// segment. Patient and study are those of the images; see dicom_options.hpp for UIDs and time. The
/// file appears whole or not at all.
/// @returns what was written, or nothing, with no file, where there is nothing to show: no mask, or
/// only zeros; slices that are no DICOM images, or of which place or orientation are not known.
/// @throws OutputError when it cannot be written; InputError when the result is not of this volume
std::optional<WrittenObject> write_segmentation(const std::filesystem::path& file,
                                                const diagnosis::CaseResult& result,
                                                const imaging::CtVolume& volume,
                                                const DicomOptions& options = {});

/// Whether the slices came from DICOM files, so that DICOM objects can refer to them.
bool from_dicom(const imaging::CtVolume& volume);

/// What readers of DICOM results of this series should know, one sentence each: identifiers that
/// the files lack and that were made up, and that the first file was moved or replaced since it was
/// read. Empty for what is no DICOM series.
std::vector<std::string> dicom_warnings(const imaging::CtVolume& volume);

}  // namespace jcs::report
