#include "jcs/models/segmentation_network.hpp"

#include <memory>
#include <string>

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/models/dss.hpp"
#include "jcs/models/egnet.hpp"
#include "jcs/models/poolnet.hpp"
#include "jcs/models/segmenter.hpp"
#include "jcs/models/unet.hpp"

#include "check.hpp"

namespace jcs::models {

using Architecture = SegmenterOptions::Architecture;

torch::Tensor SegmentationNetworkImpl::predict(const torch::Tensor& x) {
  const torch::Tensor all = forward(x);
  // No index tensor: traced, it would stay on the device that the trace was made on.
  std::vector<torch::Tensor> maps;
  for (const std::int64_t map : prediction_maps(options_.architecture)) {
    maps.push_back(all.narrow(1, map, 1));
  }
  return maps.size() == 1 ? maps.front() : torch::cat(maps, 1);
}

torch::Tensor SegmentationNetworkImpl::probability(const torch::Tensor& x) {
  return probability_of(predict(x));
}

SegmentationNetwork make_segmentation_network(const SegmenterOptions& options) {
  std::shared_ptr<SegmentationNetworkImpl> network;
  switch (options.architecture) {
    case Architecture::kJcs:
      network = std::make_shared<SegmenterImpl>(options);
      break;
    case Architecture::kUnet:
      network = std::make_shared<UnetImpl>(options);
      break;
    case Architecture::kDss:
      network = std::make_shared<DssImpl>(options);
      break;
    case Architecture::kEgnet:
      network = std::make_shared<EgnetImpl>(options);
      break;
    case Architecture::kPoolnet:
      network = std::make_shared<PoolnetImpl>(options);
      break;
  }
  return SegmentationNetwork(network);
}

void check(const SegmenterOptions& options) {
  check_ranges(options);
  if (options.architecture == Architecture::kJcs) {
    if (options.encoder.width % 2 != 0) {
      throw UsageError({"the decoder halves the encoder's channels", "encoder.width",
                        "an even number", std::to_string(options.encoder.width)});
    }
  } else if (options.fusion != SegmenterOptions::Fusion::kNone) {
    throw UsageError(
        {std::string(title(options.architecture)) + " takes no features of a classifier", "fusion",
         "none, or architecture: jcs",
         options.fusion == SegmenterOptions::Fusion::kPaper ? "paper" : "release"});
  }
}

std::vector<std::int64_t> prediction_maps(Architecture architecture) {
  switch (architecture) {
    case Architecture::kDss:
      return {1, 2, 3, 6};
    case Architecture::kEgnet:
      return {9};
    default:
      return {0};
  }
}

torch::Tensor probability_of(const torch::Tensor& logits) {
  const torch::Tensor maps = torch::sigmoid(logits);
  return maps.size(1) == 1 ? maps : maps.mean(1, /*keepdim=*/true);
}

const char* title(Architecture architecture) {
  switch (architecture) {
    case Architecture::kUnet:
      return "U-Net";
    case Architecture::kDss:
      return "DSS";
    case Architecture::kEgnet:
      return "EGNet";
    case Architecture::kPoolnet:
      return "PoolNet";
    case Architecture::kJcs:
      break;
  }
  return "JCS";
}

}  // namespace jcs::models
