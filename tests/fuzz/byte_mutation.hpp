#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace jcs::fuzz {

using Random = std::mt19937_64;

/// Below `count`, which is at least 1. The standard's distributions differ between libraries.
inline std::size_t below(Random& random, std::size_t count) { return random() % count; }

/// One change of a few bytes: flipped, inserted, deleted, copied, or an integer that is often an
/// edge (0, -1, the largest of its kind …) in their place.
void mutate_bytes(std::string& bytes, Random& random);

/// The beginning of one input and the end of another.
std::string spliced(const std::string& begin, const std::string& end, Random& random);

}  // namespace jcs::fuzz
