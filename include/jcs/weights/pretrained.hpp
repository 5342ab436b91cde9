#pragma once

#include "jcs/weights/load.hpp"
#include "jcs/weights/tensor_file.hpp"

// Parts of a network from files made for other networks: what a training starts from.
//
// The part must be filled completely (unless LoadOptions::partial is set); what else the file has
// is left and named in LoadReport::unexpected.
namespace jcs::weights {

/// The encoder of a models::SegmentationNetwork, or a models::Vgg, from
///   - torchvision's ImageNet VGG-16 with or without batch norm (`features.0.weight` …),
///   - the release's `5stages_vgg16_bn-6c64b313.pth` (`conv1_1.conv.weight` …),
///   - a segmenter's file (`vgg16.conv1_1.conv.weight` …), that of a network of Table VII among
///   them.
/// DSS, EGNet and PoolNet have the whole VGG-16 without batch norm. U-Net has the first two
/// convolutions of blocks 1 to 4: these are filled, the other five are left.
/// @throws WeightsError when the file holds no VGG-16, or one with batch norm for a network without
/// or the other way round.
LoadReport load_vgg_encoder(torch::nn::Module& network, const TensorMap& tensors,
                            const LoadOptions& options = {});

/// The Res2Net in a models::Classifier or a fused models::Segmenter, or a models::Res2Net, without
/// the linear layer behind it, from an ImageNet Res2Net (v1 or v1b), a classifier's file or a fused
/// segmenter's file. @throws WeightsError when the file holds no Res2Net or one of another form.
LoadReport load_backbone(torch::nn::Module& network, const TensorMap& tensors,
                         const LoadOptions& options = {});

/// Whatever of the above the file was made for: the whole network where it fits, else the encoder
/// or the backbone. @throws WeightsError as they do
LoadReport load_initial(torch::nn::Module& network, const TensorMap& tensors,
                        const LoadOptions& options = {});

}  // namespace jcs::weights
