#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmsr/cmr/tid1500.h>

#include "jcs/imaging/ct_volume.hpp"

#include "source_uids.hpp"

namespace jcs::report {

/// Lists the images of the series with what describes them: size, spacing, position, orientation.
/// A file of several frames is one image.
void add_image_library(TID1500_MeasurementReport& report, const imaging::CtVolume& volume,
                       const SourceUids& uids);

}  // namespace jcs::report
