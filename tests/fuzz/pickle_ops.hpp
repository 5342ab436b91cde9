#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jcs::fuzz {

/// One operation of a pickle and what follows it. Where a length stands before that, it is written
/// as it must be.
struct PickleOp {
  unsigned char code = 'N';
  int length_width = 0;  ///< bytes of the length; 0: there is none
  std::string content;   ///< of fixed size, of that length, or two lines
};
using Pickle = std::vector<PickleOp>;

/// The pickle that begins at `at`, which moves behind its end. Nothing for an operation that is not
/// known or one that is cut off.
std::optional<Pickle> read_pickle(const std::string& bytes, std::size_t& at);
std::string to_bytes(const Pickle& pickle);

}  // namespace jcs::fuzz
