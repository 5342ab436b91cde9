#pragma once

#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace jcs::test {

/// The item of a functional group that all frames share.
inline DcmItem& shared_group(DcmDataset& data, const DcmTagKey& sequence) {
  DcmItem *shared = nullptr, *item = nullptr;
  data.findOrCreateSequenceItem(DCM_SharedFunctionalGroupsSequence, shared);
  shared->findOrCreateSequenceItem(sequence, item);
  return *item;
}

/// The item of a functional group of one frame.
inline DcmItem& frame_group(DcmDataset& data, int frame, const DcmTagKey& sequence) {
  DcmItem *own = nullptr, *item = nullptr;
  data.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, own, frame);
  own->findOrCreateSequenceItem(sequence, item);
  return *item;
}

/// Frames of axial slices at these heights, as far as functional groups say it.
inline void place_frames(DcmDataset& data, const std::vector<int>& heights) {
  data.putAndInsertString(DCM_NumberOfFrames, std::to_string(heights.size()).c_str());
  shared_group(data, DCM_PlaneOrientationSequence)
      .putAndInsertString(DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0");
  for (std::size_t frame = 0; frame < heights.size(); ++frame) {
    frame_group(data, static_cast<int>(frame), DCM_PlanePositionSequence)
        .putAndInsertString(DCM_ImagePositionPatient,
                            ("0\\0\\" + std::to_string(heights[frame])).c_str());
  }
}

}  // namespace jcs::test
