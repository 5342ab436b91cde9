#pragma once

#include <filesystem>
#include <stop_token>

#include "jcs/core/progress.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// Reads the chest CT in a NIfTI file (see nifti.hpp) as a study: slices from feet to head, row 0
/// anterior, column 0 the patient's right, in the place that the file's sform (or qform) says. Who
/// the patient is and how the picture was made stays empty. `SliceInfo::frame` is the slice's
/// number in the file, `CtVolume::stored_order` the order of the file's voxels.
/// @throws InputError as NiftiVolume does, and for rows and columns that are not at right angles.
/// @throws Interrupted when a stop was asked for.
CtVolume read_nifti_study(const std::filesystem::path& file, Progress& progress = no_progress(),
                          const std::stop_token& stop = {});

}  // namespace jcs::imaging
