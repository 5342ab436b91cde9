#pragma once

#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmsr/dsrcodvl.h>

#include "jcs/diagnosis/result/case_result.hpp"

namespace jcs::report {

/// A number of the structured report.
struct Quantity {
  DSRCodedEntryValue name;
  double value = 0.0;
  DSRCodedEntryValue unit;
  bool mean = false;  ///< the mean over the region, not a value of it
};
using Quantities = std::vector<Quantity>;

/// What the verdict rests on: slices, positive ones, threshold.
Quantities series_quantities(const diagnosis::CaseResult& result);
/// All opacities together; empty when they were not outlined or nothing is known of them.
Quantities opacity_quantities(const diagnosis::CaseResult& result);
/// Both lungs together; empty where they were not found.
Quantities lungs_quantities(const diagnosis::CaseResult& result);
Quantities quantities(const diagnosis::LungFinding& lung);
Quantities quantities(const diagnosis::Lesion& lesion);

}  // namespace jcs::report
