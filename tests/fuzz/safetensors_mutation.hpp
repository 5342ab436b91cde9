#pragma once

#include <string>

#include "fuzz/byte_mutation.hpp"

namespace jcs::fuzz {

/// Another safetensors file made of this one: its header changed as JSON or as text and its length
/// right again; or the JSON that stands in one of its metadata. False, and nothing is changed,
/// where the length is wrong already.
bool mutate_safetensors(std::string& file, Random& random);

}  // namespace jcs::fuzz
