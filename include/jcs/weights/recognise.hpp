#pragma once

#include <string>

#include "jcs/weights/tensor_file.hpp"

namespace jcs::weights {

/// The networks whose weight files users hold, told apart by names of tensors.
enum class Network {
  kUnknown,
  kClassifier,      ///< Res2Net with its fully connected layer: ours, the release's, ImageNet's
  kBackbone,        ///< Res2Net without it
  kSegmenter,       ///< the segmenter by itself
  kFusedSegmenter,  ///< the segmenter with the classifier inside
  kVggTorchvision,  ///< VGG-16 with or without batch norm as torchvision names it
  kVggEncoder       ///< the five stages alone, named as in the segmenter
};

Network recognise(const TensorMap& tensors);

/// `a segmenter`, `an ImageNet VGG-16 (torchvision)`; "" for unknown.
std::string to_text(Network network);

}  // namespace jcs::weights
