#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "jcs/core/progress.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// Pictures of 8 bits as a windowed volume, in the order given. Spacing and positions are unknown.
/// @throws InputError naming the file: not grey, not 8 bits, damaged, another size than the first.
CtVolume read_pictures(const std::vector<std::filesystem::path>& pictures, int threads,
                       Progress& progress, const std::stop_token& stop);

}  // namespace jcs::imaging
