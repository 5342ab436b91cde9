#pragma once

#include <array>

#include "jcs/core/fields.hpp"

namespace jcs {

/// How a slice becomes a network's input. Stored with the weights, so that training and diagnosis
/// cannot disagree. Hounsfield units are windowed to grey values 0 … 255 and rounded to whole ones,
/// as a picture of 8 bits would be; pictures of 8 bits are taken as already windowed. Defaults: the
/// authors' release for the classifier.
struct Preprocessing {
  double window_center = -600.0;  ///< HU
  double window_width = 1500.0;   ///< HU
  int resize = 256;               ///< shorter side after resizing, aspect kept; 0: the size stays
  int crop = 224;  ///< side of the centred square that is cut out afterwards; 0: nothing is cut
  std::array<double, 3> mean = {0.485, 0.456, 0.406};  ///< subtracted from grey / 255, per channel
  std::array<double, 3> std = {0.229, 0.224, 0.225};   ///< and this divided by

  bool operator==(const Preprocessing&) const = default;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("window_center", window_center, "centre of the CT window, HU");
    v.field("window_width", window_width, "width of the CT window, HU", at_least(1));
    v.field("resize", resize, "shorter side after resizing, pixels; 0 keeps the size",
            between(0, 4096));
    v.field("crop", crop, "side of the square cut out of the middle, pixels; 0 cuts nothing",
            between(0, 4096));
    v.field("mean", mean, "subtracted from the grey value in 0 ... 1, per channel");
    v.field("std", std, "divides the result, per channel", positive());
  }
};

}  // namespace jcs
