#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/imaging/dicom_pixels.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"

namespace jcs::test {

/// Hounsfield units of a synthetic slice, pixel by pixel.
inline std::vector<double> expected_hu(const SyntheticSlice& slice) {
  std::vector<double> hu;
  for (const std::uint16_t stored : slice.pixels()) hu.push_back(stored - 1024.0);
  return hu;
}

/// The line in which reading the file's first frame is refused.
inline std::string frame_refusal(const std::filesystem::path& file) {
  return error_line<InputError>([&] { imaging::read_dicom_frame(file); });
}

}  // namespace jcs::test
