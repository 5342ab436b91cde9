#pragma once

#include <cstddef>
#include <string>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/options.hpp"

namespace jcs::report {

/// One slice of the report in layers that the page lays over each other, so that the grey picture
/// is stored once however often it is shown.
struct SliceLayers {
  std::string grey;     ///< PNG of the slice in the window, base64
  std::string heat;     ///< PNG with transparency of the activation map, base64; empty: no map
  std::string outline;  ///< SVG path data around the opacities, in pixels; empty: none
};

SliceLayers slice_layers(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                         std::size_t slice, const ReportOptions& options);

}  // namespace jcs::report
