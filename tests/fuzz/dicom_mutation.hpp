#pragma once

#include <string>

#include "fuzz/byte_mutation.hpp"

namespace jcs::fuzz {

/// Another DICOM file made of this one: elements changed, added, left out, doubled, moved or
/// nested, the lengths right again. False, and nothing is changed, where dicom_tree() gives
/// nothing.
bool mutate_dicom(std::string& file, Random& random);

}  // namespace jcs::fuzz
