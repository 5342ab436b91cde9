#pragma once

#include <vector>

#include <torch/types.h>

#include "jcs/models/options.hpp"
#include "jcs/training/losses.hpp"

namespace jcs::training {

/// How a segmenter learns.
struct SegmentationLossOptions {
  models::SegmenterOptions::Architecture architecture =
      models::SegmenterOptions::Architecture::kJcs;
  DiceReading dice = DiceReading::kStandard;  ///< JCS and U-Net
  bool deep_supervision = true;  ///< a loss on all maps; else on those that make the prediction
};

/// The losses of a segmenter's maps, by its architecture: JCS and U-Net binary cross-entropy plus
/// Dice (side_losses()); DSS and PoolNet binary cross-entropy; EGNet binary cross-entropy, but of
/// its edges edge_loss(). Each is a mean over the pixels.
/// @param logits [N, k, h, w], what the network's `forward` gave. @param annotation [N, 1, h, w].
/// @return this part's share of each map's loss; the total is their sum
std::vector<torch::Tensor> segmentation_losses(const torch::Tensor& logits,
                                               const torch::Tensor& annotation,
                                               const SegmentationLossOptions& options,
                                               const BatchShare& part = {});

/// The contour of an annotation of 0 and 1, [N, 1, h, w]: its pixels with a neighbour, of eight,
/// that does not belong to it. What lies outside the picture makes no contour.
torch::Tensor contour(const torch::Tensor& annotation);

/// Class-balanced cross-entropy of a map of edges against the annotation's contour (Xie and Tu,
/// ICCV 2015): in every slice, pixels of the contour weigh as much as the share of the others, and
/// the others as much as the contour's share; mean over all pixels. The balance is each slice's
/// own, so that parts of a batch add up to it exactly. A slice without a contour adds nothing.
/// @param logits [N, 1, h, w]. @return this part's share
torch::Tensor edge_loss(const torch::Tensor& logits, const torch::Tensor& annotation,
                        const BatchShare& part = {});

}  // namespace jcs::training
