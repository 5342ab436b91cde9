#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "jcs/core/progress.hpp"
#include "jcs/diagnosis/networks.hpp"
#include "jcs/diagnosis/segment_region.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::diagnosis {

/// Outlines the opacities of the region's slices. The segmenter answers with probabilities [N, 1,
/// h, w]. Of slices larger than the region's box it sees the box with a margin of 16 pixels of its
/// input, so cut that its grid of 32 pixels stays where it was; outside nothing is opacity.
/// They are brought back to the slice's own size before they are compared: a pixel is opacity when
/// its probability is above `threshold`.
/// @return [slice][row][column], 0 or 1, laid out as the volume
/// @throws WeightsError when an answer is no number, InputError when the slices do not fit the
/// network's input, Interrupted when a stop was asked for.
std::vector<std::uint8_t> segment_slices(const imaging::CtVolume& volume,
                                         const SliceNetwork& segmenter, double threshold,
                                         const SegmentRegion& region,
                                         Progress& progress = no_progress(),
                                         const std::stop_token& stop = {});

}  // namespace jcs::diagnosis
