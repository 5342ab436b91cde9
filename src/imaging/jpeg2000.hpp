#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "pixel_layout.hpp"

namespace jcs::imaging {

/// Holds what a JPEG 2000 codestream says of itself against the layout, and looks for its end.
/// @throws InputError naming the file.
void check_jpeg2000(std::string_view codestream, const PixelLayout& layout,
                    const std::filesystem::path& file);

/// Decodes a codestream of one component that passed the check, one word per pixel: values of more
/// than 8 bits as they are, signed ones of up to 8 bits with their sign in the upper byte.
/// @returns whether it could be decoded.
bool decode_jpeg2000(std::string_view codestream, std::span<std::uint16_t> pixels);

}  // namespace jcs::imaging
