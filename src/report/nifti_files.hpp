#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/options.hpp"

namespace jcs::report {

/// What readers of the NIfTI files that are asked for should know: that slices lie elsewhere than a
/// file can say, that sides are assumed, or that there are no files, one sentence each.
std::vector<std::string> nifti_warnings(const diagnosis::CaseResult& result,
                                        const imaging::CtVolume& volume,
                                        const ReportOptions& options);

/// Writes those that are asked for and can be made.
void write_nifti_files(const std::filesystem::path& folder, const diagnosis::CaseResult& result,
                       const imaging::CtVolume& volume, const ReportOptions& options);

}  // namespace jcs::report
