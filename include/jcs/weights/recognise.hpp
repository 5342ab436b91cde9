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
  kUnet,            ///< U-Net as models::Unet names it
  kDss,             ///< DSS, EGNet and PoolNet on VGG-16 as their PyTorch versions name them
  kEgnet,
  kPoolnet,
  kVggTorchvision,  ///< VGG-16 with or without batch norm as torchvision names it
  kVggEncoder       ///< the five stages alone, named as in the segmenter
};

Network recognise(const TensorMap& tensors);

/// Whether it outlines: the segmenters and the networks they are compared with.
bool is_segmenter(Network network);

/// `a segmenter`, `a DSS segmenter`, `an ImageNet VGG-16 (torchvision)`; "" for unknown.
std::string to_text(Network network);

}  // namespace jcs::weights
