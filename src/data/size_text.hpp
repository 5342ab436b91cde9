#pragma once

#include <string>

#include <torch/torch.h>

namespace jcs::data {

/// "512x512", columns first, of an image, mask or feature map (channels, rows, columns).
inline std::string size_text(const torch::Tensor& image) {
  return std::to_string(image.size(2)) + "x" + std::to_string(image.size(1));
}

}  // namespace jcs::data
