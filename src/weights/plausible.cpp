#include "plausible.hpp"

#include <array>

#include "jcs/core/error.hpp"

namespace jcs::weights {

namespace {

// The elements of the convolutions alone: less than the network has.
std::int64_t least_elements(const models::Res2NetOptions& options) {
  std::int64_t total = 0;
  std::int64_t planes = options.planes;
  std::int64_t in = planes;
  for (const int blocks : options.layers) {
    const std::int64_t part = planes * options.base_width / 64;
    for (int i = 0; i < blocks; ++i) {
      total += in * part * options.scale + (options.scale - 1) * part * part * 9 +
               part * options.scale * 4 * planes;
      in = 4 * planes;
    }
    planes *= 2;
  }
  return total;
}

std::int64_t least_elements(const models::VggOptions& options) {
  struct Block {
    int convolutions, widening;
  };
  constexpr std::array<Block, 5> kBlocks = {{{2, 1}, {2, 2}, {3, 4}, {3, 8}, {3, 8}}};
  std::int64_t total = 0;
  std::int64_t in = 3;
  for (const Block& block : kBlocks) {
    const std::int64_t out = std::int64_t{options.width} * block.widening;
    for (int i = 0; i < block.convolutions; ++i) {
      total += in * out * 9;
      in = out;
    }
  }
  return total;
}

}  // namespace

void require_plausible(const ModelCard& card, const TensorMap& tensors, const std::string& where) {
  constexpr std::size_t kStages = 4;
  const models::Res2NetOptions& res2net =
      card.task == Task::kClassification ? card.classifier.backbone : card.segmenter.classifier;
  if (res2net.layers.size() != kStages) {
    throw WeightsError({"the architecture's 'layers' has a wrong length", where, "4 numbers",
                        std::to_string(res2net.layers.size())});
  }
  const Preprocessing& preprocessing = card.preprocessing;
  if (preprocessing.resize > 0 && preprocessing.crop > preprocessing.resize) {
    throw WeightsError({"the crop is larger than the slice is after resizing", where,
                        "at most " + std::to_string(preprocessing.resize),
                        std::to_string(preprocessing.crop)});
  }
  std::int64_t least = 0;
  if (card.task == Task::kClassification) {
    least = least_elements(card.classifier.backbone);
  } else {
    // The networks of Table VII are larger than VGG-16 too, at most by the factor of seven.
    least = least_elements(card.segmenter.encoder);
    if (card.segmenter.fusion != models::SegmenterOptions::Fusion::kNone) {
      least += least_elements(card.segmenter.classifier);
    }
  }
  std::int64_t there = 0;
  for (const auto& [name, tensor] : tensors) {
    there += tensor.numel();
  }
  if (there < least) {
    throw WeightsError({"the architecture that it names is larger than its tensors", where,
                        "at least " + std::to_string(least) + " numbers", std::to_string(there)});
  }
}

}  // namespace jcs::weights
