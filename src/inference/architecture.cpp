#include "jcs/inference/architecture.hpp"

#include <numeric>

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
  std::string text = options.encoder.batch_norm ? "VGG-16 with batch norm" : "VGG-16";
  if (options.encoder.width != models::VggOptions{}.width) {
    text += ", width " + std::to_string(options.encoder.width);
  }
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
