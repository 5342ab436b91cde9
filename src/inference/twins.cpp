#include "twins.hpp"

#include <algorithm>

#include "jcs/models/classifier.hpp"
#include "jcs/models/segmentation_network.hpp"

namespace jcs::inference {

namespace {

constexpr int kWidth = 8;  // the least that segmenters may have

void narrow(models::Res2NetOptions& backbone) {
  // Fewer planes, and a part of a block would have no channels.
  backbone.planes = std::max(kWidth, (64 + backbone.base_width - 1) / backbone.base_width);
}

}  // namespace

Twin twin_of(models::ClassifierOptions options) {
  narrow(options.backbone);
  models::Classifier network(options);
  return {network.ptr(), [network](const at::Tensor& x) mutable { return network->forward(x); },
          /*any_batch=*/true};
}

Twin twin_of(models::SegmenterOptions options) {
  options.encoder.width = kWidth;
  narrow(options.classifier);
  models::SegmentationNetwork network = models::make_segmentation_network(options);
  return {network.ptr(), [network](const at::Tensor& x) mutable { return network->probability(x); },
          options.architecture == models::SegmenterOptions::Architecture::kJcs};
}

}  // namespace jcs::inference
