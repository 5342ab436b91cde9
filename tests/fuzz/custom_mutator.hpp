#pragma once

#include <algorithm>
#include <string>

#include "fuzz/byte_mutation.hpp"
#include "fuzz/entry.hpp"

namespace jcs::fuzz {

/// One change of the driver's own kind. libFuzzer's know what the reader compares with.
inline void mutate_as_bytes(std::string& text) {
  constexpr std::size_t kRoom = 64;
  const std::size_t size = text.size();
  text.resize(size + kRoom);
  auto* data = reinterpret_cast<std::uint8_t*>(text.data());
  text.resize(LLVMFuzzerMutate(data, size, text.size()));
}

/// What LLVMFuzzerCustomMutator does: `mutate(text, random)`, or the bytes as they are in one case
/// of four and where the former cannot be done (it returns false) or gives more than there is room.
template <class Mutate>
std::size_t mutated(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed,
                    const Mutate& mutate) {
  Random random(seed);
  std::string text(reinterpret_cast<const char*>(data), size);
  if (below(random, 4) == 0 || !mutate(text, random) || text.size() > max_size) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

}  // namespace jcs::fuzz
