#include "jcs/core/utf8.hpp"

#include <array>
#include <cstddef>

namespace jcs {

namespace {

struct Form {
  unsigned char mask, lead;  // which bits of the first byte tell the form, and their value
  char32_t least;            // what shorter forms hold is not written in this one
};

constexpr std::array<Form, 4> kForms = {
    {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}}};

}  // namespace

std::optional<char32_t> take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  std::size_t more = 0;
  while (more < kForms.size() && (first & kForms[more].mask) != kForms[more].lead) {
    ++more;
  }
  if (more == kForms.size() || more >= text.size()) {
    text.remove_prefix(1);
    return std::nullopt;
  }
  char32_t value = first & static_cast<unsigned char>(~kForms[more].mask);
  for (std::size_t i = 1; i <= more; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) {
      text.remove_prefix(1);
      return std::nullopt;
    }
    value = (value << 6) | (byte & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kForms[more].least || surrogate || value > 0x10ffff) {
    text.remove_prefix(1);
    return std::nullopt;
  }
  text.remove_prefix(more + 1);
  return value;
}

bool steers(char32_t character) {
  return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x061c ||
         (character >= 0x2000 && character <= 0x200f) ||
         (character >= 0x2028 && character <= 0x202f) ||
         (character >= 0x205f && character <= 0x206f) || character == 0xfeff ||
         (character >= 0xfff0 && character <= 0xffff);
}

std::string clean_line(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> character = take_character(text);
    if (!character) {
      clean += "\xEF\xBF\xBD";
    } else if (steers(*character) && *character != 0xfffd) {
      clean += ' ';
    } else {
      clean += before.substr(0, before.size() - text.size());
    }
  }
  return clean;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) {
    return std::string(text);
  }
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) {
    --most;
  }
  return std::string(text.substr(0, most)) + "...";
}

}  // namespace jcs
