#pragma once

#include <string>

#include "fuzz/byte_mutation.hpp"

namespace jcs::fuzz {

/// Another JSON document made of this one: a value replaced, left out, doubled, moved or nested.
/// False, and nothing is changed, where the text is no JSON.
bool mutate_json(std::string& text, Random& random);

}  // namespace jcs::fuzz
