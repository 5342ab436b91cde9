#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace jcs {

/// Takes the first character, which the text must have. Nothing where its bytes are no UTF-8: then
/// one byte is taken.
std::optional<char32_t> take_character(std::string_view& text);

/// Valid UTF-8 on one line: bytes that are no UTF-8 become U+FFFD; control characters, line
/// separators and marks that turn the direction of text become blanks.
std::string clean_line(std::string_view text);

/// The text, or its beginning and `...` where it has more than `most` bytes. Characters stay whole.
std::string shortened(std::string_view text, std::size_t most);

/// Whether a character is unseen or steers how others are shown: control characters, the blanks,
/// separators and direction marks of general punctuation, byte order marks.
bool steers(char32_t character);

}  // namespace jcs
