#pragma once

#include <filesystem>

#include "imaging/synthetic_slice.hpp"

namespace jcs::test {

/// Writes the slice with its pixels as one JPEG 2000 codestream, which DCMTK cannot make.
void write_jpeg2000(const SyntheticSlice& slice, const std::filesystem::path& file);

}  // namespace jcs::test
