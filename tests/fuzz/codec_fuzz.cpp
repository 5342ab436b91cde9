// One decoder: a well-formed DICOM file around a codestream. The input's first four bytes are the
// rows and columns that the file states, the fifth its bits.
#include <array>

#include "jcs/imaging/dicom_pixels.hpp"

#include "fuzz/scratch.hpp"

namespace {

std::string number(std::size_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return text;
}

std::string tag(unsigned group, unsigned element) { return number(group, 2) + number(element, 2); }

/// An element with a length of two bytes (DICOM PS3.5, 7.1.2).
std::string short_element(unsigned group, unsigned element, const char* vr, std::string value) {
  if (value.size() % 2 != 0) value += '\0';
  return tag(group, element) + vr + number(value.size(), 2) + value;
}

std::string item(std::string value) {
  if (value.size() % 2 != 0) value += '\0';
  return tag(0xFFFE, 0xE000) + number(value.size(), 4) + value;
}

std::string dicom_around(const std::string& codestream, unsigned rows, unsigned columns,
                         unsigned kind) {
  const unsigned allocated = kind % 2 == 0 ? 16 : 8;
  const std::string meta = short_element(0x0002, 0x0010, "UI", JCS_FUZZ_TRANSFER_SYNTAX);
  std::string file = std::string(128, '\0') + "DICM" +
                     short_element(0x0002, 0x0000, "UL", number(meta.size(), 4)) + meta;
  file += short_element(0x0008, 0x0060, "CS", "CT");
  const std::array<std::pair<unsigned, unsigned>, 7> numbers = {{{0x0002, 1},
                                                                 {0x0010, rows},
                                                                 {0x0011, columns},
                                                                 {0x0100, allocated},
                                                                 {0x0101, allocated},
                                                                 {0x0102, allocated - 1},
                                                                 {0x0103, kind / 2 % 2}}};
  for (const auto& [element, value] : numbers) {
    file += short_element(0x0028, element, "US", number(value, 2));
  }
  file += tag(0x7FE0, 0x0010) + "OB" + number(0, 2) + number(0xFFFFFFFF, 4);
  return file + item("") + item(codestream) + tag(0xFFFE, 0xE0DD) + number(0, 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 5;
  if (size < kHead) return 0;
  // Large pictures only cost time; that they are refused is tested elsewhere.
  const unsigned rows = 1 + (data[0] | (data[1] << 8U)) % 1024U;
  const unsigned columns = 1 + (data[2] | (data[3] << 8U)) % 1024U;
  const auto file = jcs::fuzz::scratch().file(
      "slice.dcm",
      dicom_around(jcs::fuzz::text(data + kHead, size - kHead), rows, columns, data[4]));
  jcs::fuzz::refuse_or_read([&] { jcs::imaging::read_dicom_frame(file); });
  return 0;
}
