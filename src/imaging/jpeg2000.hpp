#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pixel_layout.hpp"

namespace jcs::imaging {

/// Decodes one JPEG 2000 codestream of grey values into bit patterns as they would be stored
/// natively with the file's BitsStored in the low bits. The codestream's own size is held against
/// the layout before anything is allocated.
/// @throws InputError naming `file`.
std::vector<std::uint32_t> decode_jpeg2000(const std::string& codestream, const PixelLayout& layout,
                                           const std::filesystem::path& file);

}  // namespace jcs::imaging
