#include "jcs/imaging/uid.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>

#include "jcs/core/hash.hpp"

namespace jcs::imaging {

std::string uid_from(std::string_view text) {
  const std::string digest = sha256(std::as_bytes(std::span(text)));
  std::uint64_t high = 0, low = 0;
  std::from_chars(digest.data(), digest.data() + 16, high, 16);
  std::from_chars(digest.data() + 16, digest.data() + 32, low, 16);
  high = (high & ~0xf000ULL) | 0x8000ULL;                        // version
  low = (low & ~0xc000000000000000ULL) | 0x8000000000000000ULL;  // variant
  auto number = (static_cast<unsigned __int128>(high) << 64) | low;
  std::string digits;
  for (; number > 0; number /= 10) {
    digits.push_back(static_cast<char>('0' + static_cast<int>(number % 10)));
  }
  std::reverse(digits.begin(), digits.end());
  return "2.25." + digits;
}

}  // namespace jcs::imaging
