// A reader with a fault behind a check, so that it is seen that faults are found and kept.
#include <stdexcept>

#include "fuzz/entry.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLong = 180;  // than the seed of YAML is
  if (size > kLong && data[0] == 'f') throw std::runtime_error("too long");
  return 0;
}
