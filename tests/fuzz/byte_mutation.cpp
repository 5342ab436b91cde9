#include "fuzz/byte_mutation.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace jcs::fuzz {

namespace {

constexpr std::size_t kMostAtOnce = 32;

constexpr std::array<std::uint64_t, 16> kEdges = {0,
                                                  1,
                                                  2,
                                                  7,
                                                  8,
                                                  16,
                                                  0x7F,
                                                  0x80,
                                                  0xFF,
                                                  0x7FFF,
                                                  0x8000,
                                                  0x7FFFFFFF,
                                                  0x80000000,
                                                  0x4000000000000000,
                                                  0x7FFFFFFFFFFFFFFF,
                                                  0x8000000000000000};
constexpr std::array<const char*, 12> kNumbers = {
    "0",    "-1",         "1e999",      "nan",
    "-0",   "2147483648", "4294967296", "9223372036854775807",
    "1e-9", "",           "0x10",       "18446744073709551616"};

struct Piece {
  std::size_t begin, size;
};

Piece piece_of(const std::string& bytes, Random& random) {
  const std::size_t begin = below(random, bytes.size());
  const std::size_t most = std::min(kMostAtOnce, bytes.size() - begin);
  return {begin, 1 + below(random, most)};
}

void put_integer(std::string& bytes, Random& random) {
  const std::size_t width = std::min(std::size_t{1} << below(random, 4), bytes.size());
  const std::size_t at = below(random, bytes.size() - width + 1);
  const bool big = below(random, 4) == 0;
  const auto place = [&](std::size_t i) { return at + (big ? width - 1 - i : i); };
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[place(i)])} << (8 * i);
  }
  switch (below(random, 3)) {
    case 0:
      value = kEdges[below(random, kEdges.size())];
      break;
    case 1:
      value = ~kEdges[below(random, kEdges.size())];
      break;
    default:
      value += below(random, 33) - 16;
  }
  for (std::size_t i = 0; i < width; ++i) {
    bytes[place(i)] = static_cast<char>(value >> (8 * i));
  }
}

/// Another number in the place of one that is written in digits.
void put_number(std::string& bytes, Random& random) {
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size()));
  const auto begin = std::find_if(from, bytes.end(), digit);
  const auto end = std::find_if_not(begin, bytes.end(), digit);
  bytes.replace(begin, end, kNumbers[below(random, kNumbers.size())]);
}

}  // namespace

void mutate_bytes(std::string& bytes, Random& random) {
  if (bytes.empty()) {
    bytes.assign(1 + below(random, kMostAtOnce), static_cast<char>(random()));
    return;
  }
  const Piece piece = piece_of(bytes, random);
  const std::size_t to = below(random, bytes.size());
  switch (below(random, 10)) {
    case 0:
      bytes[to] = static_cast<char>(bytes[to] ^ (1 << below(random, 8)));
      break;
    case 1:
      bytes[to] = static_cast<char>(random());
      break;
    case 2:
      bytes.insert(to, piece.size, static_cast<char>(random()));
      break;
    case 3:
      bytes.erase(piece.begin, piece.size);
      break;
    case 4:
      bytes.insert(to, bytes.substr(piece.begin, piece.size));
      break;
    case 5:
      bytes.replace(to, std::min(piece.size, bytes.size() - to),
                    bytes.substr(piece.begin, piece.size));
      break;
    case 6:
      std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(piece.begin),
                   bytes.begin() + static_cast<std::ptrdiff_t>(piece.begin + piece.size));
      break;
    case 7:
      put_number(bytes, random);
      break;
    default:
      put_integer(bytes, random);
  }
}

std::string spliced(const std::string& begin, const std::string& end, Random& random) {
  return begin.substr(0, below(random, begin.size() + 1)) +
         end.substr(below(random, end.size() + 1));
}

}  // namespace jcs::fuzz
