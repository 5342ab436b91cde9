#pragma once

#include <filesystem>

#include "jcs/weights/tensor_file.hpp"

// One reader per format; read_tensors() chooses by the content.
namespace jcs::weights {

TensorFile read_safetensors(const std::filesystem::path& file);
TensorFile read_torch_zip(const std::filesystem::path& file);
TensorFile read_torch_legacy(const std::filesystem::path& file);

}  // namespace jcs::weights
