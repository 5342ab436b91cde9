#include "extra_text.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/ofstd/ofchrenc.h>

#include "jcs/core/text.hpp"

namespace jcs::imaging {
namespace {

std::string without(std::string text, std::string_view escape) {
  for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at)) {
    text.erase(at, escape.size());
  }
  return text;
}

/// Nothing too where escape sequences of other sets are left in it.
std::optional<std::string> converted(const std::string& text, const char* encoding) {
  OFCharacterEncoding converter;
  OFString utf8;
  if (text.find('\x1b') != std::string::npos || converter.selectEncoding(encoding, "UTF-8").bad() ||
      converter.convertString(OFString(text.data(), text.size()), utf8).bad()) {
    return std::nullopt;
  }
  return std::string(utf8.c_str(), utf8.length());
}

}  // namespace

std::optional<std::string> extra_text_as_utf8(std::string_view text,
                                              std::string_view character_sets) {
  if (character_sets.empty()) {
    std::string whole(text);
    return printable(whole) == whole ? std::optional(whole) : std::nullopt;
  }
  const std::string plain = without(std::string(text), "\x1b(B");
  if (character_sets.find("IR 149") != std::string_view::npos) {
    return converted(without(plain, "\x1b$)C"), "EUC-KR");
  }
  if (character_sets.find("IR 203") != std::string_view::npos) {
    return converted(without(plain, "\x1b-b"), "ISO-8859-15");
  }
  return std::nullopt;
}

}  // namespace jcs::imaging
