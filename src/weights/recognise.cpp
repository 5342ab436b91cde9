#include "jcs/weights/recognise.hpp"

namespace jcs::weights {

Network recognise(const TensorMap& tensors) {
  const auto has = [&](const char* name) { return tensors.contains(name); };
  if (has("cls1.weight") && has("vgg16.conv1_1.conv.weight")) {
    return has("res2net.layer1.0.conv1.weight") ? Network::kFusedSegmenter : Network::kSegmenter;
  }
  if (has("layer1.0.convs.0.weight") && has("layer4.0.conv3.weight")) {
    return has("fc.weight") ? Network::kClassifier : Network::kBackbone;
  }
  if (has("features.0.weight") && has("features.2.weight") != has("features.1.running_mean")) {
    return Network::kVggTorchvision;
  }
  if (has("conv1_1.conv.weight") && has("conv5_3.conv.weight")) {
    return Network::kVggEncoder;
  }
  return Network::kUnknown;
}

std::string to_text(Network network) {
  switch (network) {
    case Network::kClassifier:
      return "a classifier (Res2Net)";
    case Network::kBackbone:
      return "a Res2Net without its last layer";
    case Network::kSegmenter:
      return "a segmenter";
    case Network::kFusedSegmenter:
      return "a segmenter fused with a classifier";
    case Network::kVggTorchvision:
      return "a VGG-16 of torchvision";
    case Network::kVggEncoder:
      return "a VGG-16 encoder";
    case Network::kUnknown:
      break;
  }
  return {};
}

}  // namespace jcs::weights
