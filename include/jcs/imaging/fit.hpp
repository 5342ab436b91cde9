#pragma once

#include <opencv2/core.hpp>

#include "jcs/core/preprocessing.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/imaging/turn.hpp"

namespace jcs::imaging {

/// The way from a slice to a network's input: turned upright where it is stored otherwise, resized
/// so that the shorter side has Preprocessing::resize pixels (aspect kept, the longer side rounded
/// down), then a centred square cut out. All sizes in pixels.
struct Fit {
  int rows = 0, columns = 0;                  ///< of the slice, turned
  int resized_rows = 0, resized_columns = 0;  ///< after resizing
  int top = 0, left = 0;                      ///< of the crop within the resized slice
  int input_rows = 0, input_columns = 0;      ///< of the crop: what the network sees
  Turn turn = {};                             ///< of the slice, before anything else

  bool operator==(const Fit&) const = default;
};

/// @throws InputError when the crop is larger than the resized slice.
Fit fit(int rows, int columns, const Preprocessing& preprocessing);

/// The same for the slices of a volume, which networks see upright.
Fit fit(const CtVolume& volume, const Preprocessing& preprocessing);

/// Turns, resizes and crops a CV_8UC1 slice of the size that the fit was made for. Shrinks by
/// averaging areas and enlarges bilinearly.
cv::Mat apply(const Fit& fit, const cv::Mat& grey8);

/// The same for a mask of 0 and 1 (CV_8UC1); stays 0 and 1 (nearest neighbour).
cv::Mat apply_to_mask(const Fit& fit, const cv::Mat& mask);

/// Writes (grey / 255 - mean) / std into `chw`, three planes of grey8.rows x grey8.cols values.
void normalise(const cv::Mat& grey8, const Preprocessing& preprocessing, float* chw);

/// Brings a map of the input's size (CV_32FC1) back to the slice: 0 outside the crop, bilinear.
cv::Mat restore(const cv::Mat& map32f, const Fit& fit);

}  // namespace jcs::imaging
