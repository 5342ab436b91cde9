#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "slice_header.hpp"

namespace jcs::imaging {

/// Acquisitions of one series that can be one volume.
struct AcquisitionGroup {
  std::string name;                 ///< "acquisition 2", "acquisitions 3 to 5, temporal position 2"
  std::vector<std::size_t> slices;  ///< indices of them, ascending
};

/// Tells apart acquisitions and temporal positions that show the same part of the body, as the
/// phases of a contrast study do: those that overlap along the normal of the slices by more than
/// two of their slices. Acquisitions that lie one above the other, as those of step-and-shoot
/// scanning, belong together. One group where nothing overlaps or the files name no positions.
std::vector<AcquisitionGroup> acquisition_groups(const std::vector<SliceHeader>& slices);

}  // namespace jcs::imaging
