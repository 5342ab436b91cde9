#pragma once

#include <string>

#include "jcs/weights/recognise.hpp"

namespace jcs::weights {

/// A tensor of a VGG-16 under the name that the segmenter's encoder has for it
/// (`conv1_1.conv.weight`), from the name that it has in a file or network of the given kind. ""
/// for tensors that are no part of the VGG-16.
/// @param batch_norm  whether a VGG-16 of torchvision's has any, which moves its numbers
std::string vgg_name(const std::string& name, Network kind, bool batch_norm);

}  // namespace jcs::weights
