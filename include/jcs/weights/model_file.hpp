#pragma once

#include <filesystem>
#include <string>

#include <torch/nn.h>

#include "jcs/models/classifier.hpp"
#include "jcs/models/segmentation_network.hpp"
#include "jcs/weights/load.hpp"
#include "jcs/weights/model_card.hpp"

// A trained network and all that must be known of it, in one file.
namespace jcs::weights {

/// Writes a network's parameters and buffers with its card as safetensors, whole or not at all.
/// @throws OutputError
void save_model(const std::filesystem::path& file, const torch::nn::Module& network,
                const ModelCard& card);

struct LoadedClassifier {
  models::Classifier net{nullptr};  ///< on the CPU, in evaluation mode
  ModelCard card;
  std::string sha256;  ///< of the file
  LoadReport report;
};

struct LoadedSegmenter {
  models::SegmentationNetwork net{nullptr};  ///< on the CPU, in evaluation mode
  ModelCard card;
  std::string sha256;  ///< of the file
  LoadReport report;
};

/// Reads a network from a file that save_model() wrote, or from a released `.pth`, which is told by
/// its names and shapes (model_card.hpp). `joint.pth` is a segmenter, and so are files of the DSS,
/// EGNet and PoolNet projects.
/// `options.source` is not used: messages name the file.
/// @throws WeightsError for every file that does not hold such a network, among them weights of the
/// other network, named as such.
LoadedClassifier load_classifier(const std::filesystem::path& file,
                                 const LoadOptions& options = {});
LoadedSegmenter load_segmenter(const std::filesystem::path& file, const LoadOptions& options = {});

/// Builds the network that the card names and fills it, as the functions above do, only to see that
/// the tensors fit. @throws WeightsError with `where`
void require_fit(const ModelCard& card, const TensorMap& tensors, const std::string& where);

}  // namespace jcs::weights
