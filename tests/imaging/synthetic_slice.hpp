#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace jcs::test {

/// A small CT slice that a test writes and changes as it likes. Nothing in it is symmetric: a flip,
/// a swapped spacing or a wrong order shows.
struct SyntheticSlice {
  int rows = 3;
  int columns = 4;
  std::array<double, 3> position = {-10.0, -20.0, 0.0};
  std::array<double, 6> orientation = {1, 0, 0, 0, 1, 0};
  std::string spacing = "0.8\\0.5";  ///< between rows, between columns
  std::string thickness = "2";
  std::string series_uid = "1.2.3.1";
  std::string image_type = "ORIGINAL\\PRIMARY\\AXIAL";
  std::string modality = "CT";
  std::string sop_class = UID_CTImageStorage;
  int series_number = 1;
  int instance_number = 1;
  std::optional<std::string> slope = "1";
  std::optional<std::string> intercept = "-1024";
  int bits_stored = 16;
  bool is_signed = false;
  std::vector<std::uint16_t> stored;  ///< as it lies in the file; empty: stored_at()
  int tag = 0;                        ///< goes into all stored values, to tell slices apart
  E_TransferSyntax syntax = EXS_LittleEndianExplicit;
  std::function<void(DcmDataset&)> edit;  ///< last changes, before compression

  /// The default pixel: 1000 + 100 row + 10 column + tag.
  [[nodiscard]] std::uint16_t stored_at(int row, int column) const {
    return static_cast<std::uint16_t>(1000 + 100 * row + 10 * column + tag);
  }
  [[nodiscard]] std::vector<std::uint16_t> pixels() const;
  /// Writes the file, compressed where the syntax says so. Fails the test when it cannot.
  void write(const std::filesystem::path& file) const;
};

/// A slice of the series of this number, which has a UID of its own.
inline SyntheticSlice slice_of_series(int number) {
  SyntheticSlice slice;
  slice.series_number = number;
  slice.series_uid = "1.2.3." + std::to_string(number);
  return slice;
}

}  // namespace jcs::test
