#pragma once

#include <string>

#include "fuzz/byte_mutation.hpp"

namespace jcs::fuzz {

/// Another file of torch.save made of this one, zip or legacy: operations of its pickles changed,
/// entries renamed, doubled, left out; lengths and checksums right again. False, and nothing is
/// changed, where it is no such file.
bool mutate_torch(std::string& file, Random& random);

}  // namespace jcs::fuzz
