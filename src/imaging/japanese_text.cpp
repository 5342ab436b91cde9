#include "japanese_text.hpp"

#include <array>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/ofstd/ofchrenc.h>

namespace jcs::imaging {

namespace {

/// What bytes below 0x80 stand for.
enum class Set { kOneByte, kKanji, kSupplement };

struct Escape {
  std::string_view sequence;
  std::optional<Set>
      set;  ///< nothing: it changes the bytes from 0x80 on, which are katakana anyway
};

constexpr std::array<Escape, 5> kEscapes{{{"\x1b(B", Set::kOneByte},
                                          {"\x1b(J", Set::kOneByte},
                                          {"\x1b)I", std::nullopt},
                                          {"\x1b$B", Set::kKanji},
                                          {"\x1b$(D", Set::kSupplement}}};

const Escape* escape_at(std::string_view text) {
  for (const Escape& escape : kEscapes) {
    if (text.starts_with(escape.sequence)) return &escape;
  }
  return nullptr;
}

std::optional<std::string> euc_jp(std::string_view text) {
  std::string euc;
  Set set = Set::kOneByte;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0x1b) {
      const Escape* escape = escape_at(text.substr(i));
      if (escape == nullptr) return std::nullopt;
      set = escape->set.value_or(set);
      i += escape->sequence.size();
    } else if (byte >= 0x80) {
      euc += {'\x8e', text[i++]};
    } else if (set == Set::kOneByte) {
      euc += text[i++];
    } else if (i + 1 < text.size()) {
      if (set == Set::kSupplement) euc += '\x8f';
      euc += static_cast<char>(text[i++] | 0x80);
      euc += static_cast<char>(text[i++] | 0x80);
    } else {
      return std::nullopt;
    }
  }
  return euc;
}

}  // namespace

std::optional<std::string> japanese_as_utf8(std::string_view text) {
  const std::optional<std::string> euc = euc_jp(text);
  OFCharacterEncoding encoding;
  OFString utf8;
  if (!euc || encoding.selectEncoding("EUC-JP", "UTF-8").bad() ||
      encoding.convertString(OFString(euc->data(), euc->size()), utf8).bad()) {
    return std::nullopt;
  }
  return std::string(utf8.c_str(), utf8.length());
}

}  // namespace jcs::imaging
