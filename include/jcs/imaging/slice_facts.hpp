#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace jcs::imaging {

/// The few facts of a slice's header that statistics of a data set need. No name, no date, no
/// identifier is read.
struct SliceFacts {
  std::optional<double> age_years;     ///< Patient's Age (0010,1010); weeks and days as fractions
  std::string sex;                     ///< Patient's Sex (0010,0040): M, F or O; empty: not said
  std::optional<double> thickness_mm;  ///< Slice Thickness (0018,0050), above 0
  std::optional<double> location_mm;   ///< Slice Location (0020,1041)
};

/// Reads the header of a DICOM file; nothing for a file of another kind. A value that is absent or
/// none (an age without unit, a thickness of 0) is left out.
/// @throws InputError when the file cannot be read or is damaged so that no header can be read.
std::optional<SliceFacts> read_slice_facts(const std::filesystem::path& file);

}  // namespace jcs::imaging
