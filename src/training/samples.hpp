#pragma once

#include <vector>

#include <opencv2/core.hpp>
#include <torch/types.h>

#include "jcs/core/preprocessing.hpp"
#include "jcs/data/slice_dataset.hpp"

namespace jcs::training {

/// A few slices of a dataset, evenly spread.
std::vector<std::size_t> sample_indices(std::size_t size);

/// A slice with its annotation (green) and the network's mask (red, bool [h, w]) outlined.
cv::Mat outlined(const data::Sample& sample, const Preprocessing& preprocessing,
                 const torch::Tensor& mask);

/// A slice under its activation map (float 0 … 1, any size), its annotation outlined in green.
cv::Mat heated(const data::Sample& sample, const Preprocessing& preprocessing,
               const torch::Tensor& map);

/// The pictures side by side as one PNG file.
std::vector<std::byte> in_a_row(const std::vector<cv::Mat>& pictures);

}  // namespace jcs::training
