#include "fuzz/dicom_tree.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace jcs::fuzz {

namespace {

constexpr std::size_t kPreamble = 132;  // with the letters behind it
constexpr std::uint32_t kItem = 0xFFFEE000, kItemEnd = 0xFFFEE00D, kSequenceEnd = 0xFFFEE0DD;
constexpr std::uint32_t kMetaLength = 0x00020000, kTransferSyntax = 0x00020010;
constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr int kMaxDepth = 100;

/// Representations with a length of four bytes behind two that are reserved.
bool has_long_length(std::string_view vr) {
  constexpr std::array<std::string_view, 13> kLong = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                      "SV", "UC", "UN", "UR", "UT", "UV"};
  return std::find(kLong.begin(), kLong.end(), vr) != kLong.end();
}

struct Unreadable {};

class Reader {
 public:
  Reader(const std::string& bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  DicomElements meta() {
    DicomElements elements;
    while (bytes_.size() - at_ >= 4 && next_tag() >> 16 == 2) {
      elements.push_back(element(false, 0));
    }
    std::erase_if(elements, [](const DicomElement& e) { return e.tag == kMetaLength; });
    return elements;
  }
  /// Up to `end`, or to the end of an item without length.
  DicomElements elements(std::size_t end, bool implicit, int depth) {
    if (depth > kMaxDepth) throw Unreadable();
    DicomElements elements;
    while (at_ < end) {
      if (next_tag() == kItemEnd) {
        take(8);
        break;
      }
      elements.push_back(element(implicit, depth));
    }
    if (at_ > end) throw Unreadable();
    return elements;
  }

 private:
  std::string take(std::size_t count) {
    if (count > bytes_.size() - at_) throw Unreadable();
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  std::uint32_t number(std::size_t width) {
    const std::string bytes = take(width);
    std::uint32_t value = 0;
    for (std::size_t i = width; i-- > 0;) {
      value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    }
    return value;
  }
  std::uint32_t tag() {
    const std::uint32_t group = number(2);
    return (group << 16) | number(2);
  }
  std::uint32_t next_tag() {
    const std::size_t before = at_;
    const std::uint32_t next = tag();
    at_ = before;
    return next;
  }

  DicomElement element(bool implicit, int depth) {
    DicomElement element;
    element.tag = tag();
    std::uint32_t length = 0;
    if (implicit) {
      length = number(4);
    } else {
      element.vr = take(2);
      if (has_long_length(element.vr)) take(2);
      length = number(has_long_length(element.vr) ? 4 : 2);
    }
    const bool pixels = element.tag == 0x7FE00010;
    if (length == kUndefined && pixels) {
      element.fragments = fragments();
    } else if (length == kUndefined || element.vr == "SQ") {
      element.undefined_length = length == kUndefined;
      const std::size_t end = length == kUndefined ? bytes_.size() : at_ + length;
      if (end > bytes_.size()) throw Unreadable();
      element.vr = "SQ";
      element.items = items(end, implicit, depth);
    } else {
      element.value = take(length);
    }
    return element;
  }
  std::vector<std::string> fragments() {
    std::vector<std::string> fragments;
    for (std::uint32_t next = tag(); next != kSequenceEnd; next = tag()) {
      if (next != kItem) throw Unreadable();
      fragments.push_back(take(number(4)));
    }
    take(4);
    return fragments;
  }
  std::vector<DicomElements> items(std::size_t end, bool implicit, int depth) {
    std::vector<DicomElements> items;
    while (at_ < end) {
      const std::uint32_t next = tag();
      const std::uint32_t length = number(4);
      if (next == kSequenceEnd) break;
      const std::size_t item_end = length == kUndefined ? bytes_.size() : at_ + length;
      if (next != kItem || item_end > bytes_.size()) throw Unreadable();
      items.push_back(elements(item_end, implicit, depth + 1));
    }
    return items;
  }

  const std::string& bytes_;
  std::size_t at_;
};

std::string bytes_of(std::uint32_t value, int width) {
  std::string text;
  for (int i = 0; i < width; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}
std::string bytes_of_tag(std::uint32_t tag) { return bytes_of(tag >> 16, 2) + bytes_of(tag, 2); }
std::string headed(std::uint32_t tag, const std::string& value, bool undefined = false) {
  const auto size = undefined ? kUndefined : static_cast<std::uint32_t>(value.size());
  return bytes_of_tag(tag) + bytes_of(size, 4) + value;
}

std::string bytes_of(const DicomElements& elements, bool implicit);

std::string bytes_of(const DicomElement& element, bool implicit) {
  std::string content = element.value;
  const bool undefined = element.undefined_length || !element.fragments.empty();
  for (const std::string& fragment : element.fragments) content += headed(kItem, fragment);
  for (const DicomElements& item : element.items) {
    const std::string inside = bytes_of(item, implicit);
    content += element.undefined_length ? headed(kItem, inside + headed(kItemEnd, ""), true)
                                        : headed(kItem, inside);
  }
  if (content.size() % 2 != 0) content += '\0';
  const bool long_length = implicit || has_long_length(element.vr);
  if (!long_length) content.resize(std::min<std::size_t>(content.size(), 0xFFFE));
  const auto length =
      undefined && long_length ? kUndefined : static_cast<std::uint32_t>(content.size());
  std::string text = bytes_of_tag(element.tag);
  if (!implicit) text += element.vr;
  if (!implicit && long_length) text += bytes_of(0, 2);
  text += bytes_of(length, long_length ? 4 : 2) + content;
  return undefined && long_length ? text + headed(kSequenceEnd, "") : text;
}

std::string bytes_of(const DicomElements& elements, bool implicit) {
  std::string text;
  for (const DicomElement& element : elements) text += bytes_of(element, implicit);
  return text;
}

std::string transfer_syntax_of(const DicomElements& meta) {
  for (const DicomElement& element : meta) {
    if (element.tag == kTransferSyntax) return element.value.c_str();  // without what pads it
  }
  return {};
}

}  // namespace

std::optional<DicomTree> dicom_tree(const std::string& file) {
  if (file.size() < kPreamble || file.compare(kPreamble - 4, 4, "DICM") != 0) return std::nullopt;
  try {
    Reader reader(file, kPreamble);
    DicomTree tree;
    tree.meta = reader.meta();
    const std::string syntax = transfer_syntax_of(tree.meta);
    if (syntax == "1.2.840.10008.1.2.2" || syntax == "1.2.840.10008.1.2.1.99") return std::nullopt;
    tree.implicit = syntax == "1.2.840.10008.1.2";
    tree.elements = reader.elements(file.size(), tree.implicit, 0);
    return tree;
  } catch (const Unreadable&) {
    return std::nullopt;
  }
}

std::string to_bytes(const DicomTree& tree) {
  const std::string meta = bytes_of(tree.meta, false);
  DicomElement length;
  length.tag = kMetaLength;
  length.vr = "UL";
  length.value = bytes_of(static_cast<std::uint32_t>(meta.size()), 4);
  return std::string(kPreamble - 4, '\0') + "DICM" + bytes_of(length, false) + meta +
         bytes_of(tree.elements, tree.implicit);
}

}  // namespace jcs::fuzz
