#pragma once

#include <filesystem>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/options.hpp"

namespace jcs::report {

/// Writes into `folder`, which is made where it is missing:
///   result.json              see json.hpp
///   report.html              see html.hpp
///   segmentation.dcm         unless switched off, of a DICOM series: see segmentation_object.hpp
///   report.dcm               likewise: see structured_report.hpp
///   pictures/slice_0001.png  on request: each slice in the window, opacities outlined
///   pictures/mask_0001.png   likewise, where the segmenter was shown it: opacities 255, else 0
///   opacity.nii.gz           on request and when segmented: opacities 1, all else 0
///   lungs.nii.gz             on request and when lungs were found: 1 right, 2 left, all else 0
///   volume.nii.gz            on request: Hounsfield units
/// NIfTI files need nifti_affine() to know the place of the voxels; where it does not, there are
/// none. This, and where slices lie elsewhere than they can say, is a warning of the result and of
/// the log.
/// Each file appears whole; for the folder as a whole, write into an AtomicFolder.
/// @throws OutputError when something cannot be written
/// @throws InputError when the result is not of this volume
void write_report(const std::filesystem::path& folder, const diagnosis::CaseResult& result,
                  const imaging::CtVolume& volume, const ReportOptions& options = {});

}  // namespace jcs::report
