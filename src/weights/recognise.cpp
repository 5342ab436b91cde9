#include "jcs/weights/recognise.hpp"

namespace jcs::weights {

Network recognise(const TensorMap& tensors) {
  const auto has = [&](const char* name) { return tensors.contains(name); };
  if (has("cls1.weight") && has("vgg16.conv1_1.conv.weight")) {
    return has("res2net.layer1.0.conv1.weight") ? Network::kFusedSegmenter : Network::kSegmenter;
  }
  if (has("base.0.weight") && has("comb.0.upconv.0.weight") && has("fuse.weights")) {
    return Network::kDss;
  }
  if (has("base.base.0.weight") && has("merge1.up.0.0.weight") && has("merge2.score.0.0.weight")) {
    return Network::kEgnet;
  }
  if (has("base.vgg16.base.0.weight") && has("deep_pool.0.convs.0.weight")) {
    return Network::kPoolnet;
  }
  if (has("down1.conv1.conv.weight") && has("up1.enlarge.weight")) {
    return Network::kUnet;
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

bool is_segmenter(Network network) {
  switch (network) {
    case Network::kSegmenter:
    case Network::kFusedSegmenter:
    case Network::kUnet:
    case Network::kDss:
    case Network::kEgnet:
    case Network::kPoolnet:
      return true;
    default:
      return false;
  }
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
    case Network::kUnet:
      return "a U-Net segmenter";
    case Network::kDss:
      return "a DSS segmenter";
    case Network::kEgnet:
      return "an EGNet segmenter";
    case Network::kPoolnet:
      return "a PoolNet segmenter";
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
