#pragma once

#include <array>
#include <optional>

#include "shared_memory.hpp"

namespace jcs::imaging {

/// Sends two descriptors over a socket of this machine. @returns whether they went out.
bool send_descriptors(int socket, const std::array<int, 2>& descriptors);
/// Receives them; nothing when the other side is gone.
std::optional<std::array<Descriptor, 2>> receive_descriptors(int socket);

}  // namespace jcs::imaging
