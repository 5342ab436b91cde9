#pragma once

#include <string>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/options.hpp"

namespace jcs::report {

/// The report as one HTML page that loads nothing: style, charts and pictures are inside, and only
/// the page's own script runs. It shows the verdict and what it rests on, the probability along the
/// body axis, the slices that matter with activation map and outlined opacities, warnings, and the
/// facts of study, weights and timing. Texts from the study are escaped.
/// @throws InputError when the result is not of this volume.
std::string report_html(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                        const ReportOptions& options = {});

}  // namespace jcs::report
