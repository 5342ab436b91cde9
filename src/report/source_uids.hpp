#pragma once

#include <string>
#include <vector>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::report {

/// An image that slices come from.
struct SourceImage {
  std::string sop_class_uid, sop_instance_uid;
  int frame = 0;  ///< of a multi-frame image, from 1; 0: the image has one frame alone
};

/// The identifiers that DICOM objects made of a series refer to.
struct SourceUids {
  std::string study_uid, series_uid, frame_of_reference_uid;
  std::vector<SourceImage> images;    ///< one a slice
  std::vector<std::string> warnings;  ///< what was missing, one sentence each
};

/// The series' own identifiers, those with leading zeros in a component too (see UidStandIns).
/// Those that an anonymiser erased, that are none, and image identifiers that several files share
/// are replaced by ones that follow from the content: the same study gets the same ones each time,
/// and no two images share one.
SourceUids source_uids(const imaging::CtVolume& volume);

}  // namespace jcs::report
