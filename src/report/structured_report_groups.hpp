#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmsr/cmr/tid1500.h>

#include "jcs/diagnosis/result/case_result.hpp"

#include "dicom_output.hpp"

namespace jcs::report {

/// What the groups of measurements refer to.
struct GroupReferences {
  ObjectIdentity report;                                  ///< that the groups are part of
  std::string series_uid;                                 ///< of the source images
  std::vector<DSRImageReferenceValue> images;             ///< one a slice, in its order
  std::optional<DSRImageReferenceValue> opacity_segment;  ///< of the segmentation object
  std::optional<DSRImageReferenceValue> lungs_segment;    ///< of the segmentation object
};

/// @throws OutputError when DCMTK refuses a content item.
void check(const OFCondition& condition);

/// Adds the groups of measurements: the series with its verdict, the opacities, the lungs, each
/// lung and each opacity. Opacities and lungs as a whole are regions with a segment of their own
/// (TID 1411) where there is a segmentation object; all else is a plain group (TID 1501).
void add_groups(TID1500_MeasurementReport& report, const diagnosis::CaseResult& result,
                const GroupReferences& references);

}  // namespace jcs::report
