#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "jcs/weights/model_card.hpp"

namespace jcs::weights {

/// What verify() found in order.
struct Verification {
  std::string format;
  std::string sha256;
  std::size_t tensors = 0;
  std::optional<ModelCard> card;  ///< whose network the tensors were seen to fit
};

/// Reads every tensor, checks that every number is finite and, where the network is known, that the
/// tensors are all and only those that it needs.
/// @param sha256  what the file's hash must be, 64 hexadecimal digits; "" for any
/// @throws WeightsError for what is not in order, UsageError when `sha256` is no hash.
Verification verify(const std::filesystem::path& file, const std::string& sha256 = {});

}  // namespace jcs::weights
