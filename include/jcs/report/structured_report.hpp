#pragma once

#include <filesystem>
#include <optional>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/dicom_options.hpp"

namespace jcs::report {

/// Writes the result as a DICOM structured report: an Imaging Measurement Report (TID 1500) in the
/// study of the images. It holds, as coded entries and as numbers with UCUM units,
///   - the verdict, the slices, the positive ones and the threshold,
///   - opacities: volumes, share of the lungs, severity; both lungs and each lung; each opacity,
///     with its place, and the image that shows most of it,
///   - a list of the images; as text, the research notice, concerns, warnings (without the names of
///     files and other texts that they cite) and weights.
/// What is not known is left out. Where `segmentation` has a segment for opacities or lungs, their
/// measurements refer to it. Numbers are those of the result: exact as binary numbers, and as text
/// with as many digits as 16 characters hold.
/// Patient and study are those of the images; see dicom_options.hpp for UIDs and time. The file
/// appears whole or not at all.
/// @return nothing, and writes nothing, for a volume that is not from DICOM files: there is no
/// study to report on
/// @throws OutputError when it cannot be written; UsageError for a content time that is none
std::optional<WrittenObject> write_structured_report(
    const std::filesystem::path& file, const diagnosis::CaseResult& result,
    const imaging::CtVolume& volume, const std::optional<WrittenObject>& segmentation = {},
    const DicomOptions& options = {});

}  // namespace jcs::report
