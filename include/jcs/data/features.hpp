#pragma once

#include <filesystem>

#include <torch/types.h>

namespace jcs::data {

/// First-stage features of one slice, as COVID-CS publishes them in place of the slice.
struct StageOneFeatures {
  torch::Tensor vgg;      ///< float [64, H, W]: the encoder's behind conv1_2
  torch::Tensor res2net;  ///< float [64, ceil(H/2), ceil(W/2)]: the classifier's behind the stem
};

/// Reads a `.mat` file of COVID-CS; the stored whole numbers are 20 times the features.
/// @throws InputError as read_stage_one_file() does.
StageOneFeatures read_stage_one_features(const std::filesystem::path& file);

}  // namespace jcs::data
