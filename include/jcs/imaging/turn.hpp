#pragma once

#include <opencv2/core.hpp>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// One of the eight ways to lay a slice down: rows and columns are exchanged first, then reversed.
struct Turn {
  bool transposed = false, columns_reversed = false, rows_reversed = false;

  bool operator==(const Turn&) const = default;
};

/// What brings the slices of a volume into the way in which CT is looked at, the patient's right on
/// the left and the front on top, as far as quarter turns and mirroring go. Nothing where the files
/// do not say how the slices lie, and for slices that are not axial (normal further than 45 degrees
/// from the body's axis).
Turn turn_to_upright(const CtVolume& volume);

/// A slice, or what belongs to its pixels, turned.
cv::Mat turned(const cv::Mat& slice, const Turn& turn);

/// The inverse: turned_back(turned(slice, turn), turn) is the slice.
cv::Mat turned_back(const cv::Mat& slice, const Turn& turn);

/// The size of a turned slice, and where a box of a slice of `size` lies in it.
cv::Size turned(const cv::Size& size, const Turn& turn);
cv::Rect turned(const cv::Rect& box, const cv::Size& size, const Turn& turn);

}  // namespace jcs::imaging
