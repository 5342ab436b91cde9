#pragma once

#include <cstddef>
#include <filesystem>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// Before room is made for a volume's pixels, of which rows and columns are known.
/// @throws InputError naming `where` when they are more than limits() allow.
void require_possible_volume(const CtVolume& volume, std::size_t slices,
                             const std::filesystem::path& where);

}  // namespace jcs::imaging
