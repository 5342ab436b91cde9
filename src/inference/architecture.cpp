#include "jcs/inference/architecture.hpp"

#include <numeric>

#include "jcs/models/segmentation_network.hpp"

namespace jcs::inference {

using models::Res2NetOptions;
using models::SegmenterOptions;

std::string architecture(const Res2NetOptions& options) {
  const int blocks = std::accumulate(options.layers.begin(), options.layers.end(), 0);
  std::string text = "Res2Net-" + std::to_string(3 * blocks + 2);
  text += options.version == Res2NetOptions::Version::kV1 ? " v1 " : " v1b ";
  text += std::to_string(options.base_width) + "w " + std::to_string(options.scale) + "s";
  if (options.planes != Res2NetOptions{}.planes) {
    text += ", " + std::to_string(options.planes) + " planes";
  }
  return text;
}

std::string architecture(const models::ClassifierOptions& options) {
  return architecture(options.backbone);
}

std::string architecture(const SegmenterOptions& options) {
  using Architecture = SegmenterOptions::Architecture;
  std::string width;
  if (options.encoder.width != models::VggOptions{}.width) {
    width = ", width " + std::to_string(options.encoder.width);
  }
  if (options.architecture != Architecture::kJcs) {
    const bool vgg = options.architecture != Architecture::kUnet;
    return models::title(options.architecture) + std::string(vgg ? " on VGG-16" : "") + width;
  }
  std::string text = options.encoder.batch_norm ? "VGG-16 with batch norm" : "VGG-16";
  text += width;
  text += options.efm ? ", EFM" : "";
  text += options.aff ? ", AFF" : "";
  if (options.fusion != SegmenterOptions::Fusion::kNone) {
    text += options.fusion == SegmenterOptions::Fusion::kPaper ? ", fused (paper) with "
                                                               : ", fused (release) with ";
    text += architecture(options.classifier);
  }
  return text;
}

}  // namespace jcs::inference
