#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "jcs/weights/model_card.hpp"

namespace jcs::weights {

/// What convert() wrote.
struct Conversion {
  std::string format;  ///< of the file that was read
  std::size_t tensors = 0;
  std::optional<ModelCard> card;  ///< where the network was recognised
};

/// Turns any file that read_tensors() reads into safetensors. Metadata is kept; a released network
/// gets the card that it lacks, with the file that it came from as provenance, so that its
/// architecture and preprocessing stand in the new file.
/// @throws WeightsError, OutputError
Conversion convert(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace jcs::weights
