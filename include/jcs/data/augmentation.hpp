#pragma once

#include <opencv2/core.hpp>

#include "jcs/core/fields.hpp"
#include "jcs/core/preprocessing.hpp"
#include "jcs/core/random.hpp"

namespace jcs::data {

/// Random changes of a training slice. All of them off: validation and diagnosis.
struct AugmentationOptions {
  double flip_horizontal = 0.0;  ///< probability of swapping left and right
  double flip_vertical = 0.0;    ///< probability of swapping front and back
  bool random_crop =
      false;  ///< cut the crop of the preprocessing at a random place, not in the middle
  double margin =
      0.0;  ///< largest share of the width or height removed on each side, then resized back
  double margin_probability = 0.5;  ///< how often a margin is removed
  double rotation = 0.0;            ///< largest turn to either side, degrees
  double contrast = 0.0;            ///< grey values are multiplied by 1 ± at most this
  double brightness = 0.0;          ///< then shifted by at most this share of the grey range

  bool operator==(const AugmentationOptions&) const = default;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("flip_horizontal", flip_horizontal, "probability of swapping left and right",
            between(0, 1));
    v.field("flip_vertical", flip_vertical, "probability of swapping front and back",
            between(0, 1));
    v.field("random_crop", random_crop, "cut the crop at a random place instead of the middle");
    v.field("margin", margin, "largest share of the size removed on each side before resizing back",
            between(0, 0.4));
    v.field("margin_probability", margin_probability, "how often a margin is removed",
            between(0, 1));
    v.field("rotation", rotation, "largest turn to either side, degrees", between(0, 180));
    v.field("contrast", contrast, "grey values are multiplied by 1 +- at most this",
            between(0, 0.9));
    v.field("brightness", brightness,
            "grey values are shifted by at most this share of their range", between(0, 1));
  }
};

/// A slice and, where it has one, its annotation, both 8 bit and of one size.
struct Picture {
  cv::Mat grey;  ///< CV_8UC1
  cv::Mat mask;  ///< CV_8UC1 of 0 and 1, or empty
};

/// Brings a slice to the network's size by the preprocessing, with random changes on the way. What
/// is drawn depends on `random` alone.
Picture augmented(const Picture& slice, const Preprocessing& preprocessing,
                  const AugmentationOptions& options, Random random);

}  // namespace jcs::data
