#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "jcs/weights/tensor_file.hpp"

namespace jcs::weights {

/// Writes tensors as safetensors, whole or not at all: eight bytes with the header's length, the
/// header as JSON padded to a multiple of eight, then the data without gaps. Tensors with wide
/// elements come first, as the format's own writers have it, so that every tensor is aligned; apart
/// from that the order stays. Tensors on other devices and strided ones are copied, one at a time.
/// @throws OutputError when the file cannot be written, WeightsError for types that the format
/// lacks.
void write_safetensors(const std::filesystem::path& file, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace jcs::weights
