#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace jcs::data {

/// A table of numbers.
struct NpyTable {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;  ///< [row][column]

  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return values[row * columns + column];
  }
};

/// Reads a NumPy array of two dimensions (.npy, format 1 to 3): truth values, whole numbers of 1 to
/// 8 bytes or floating-point numbers of 4 or 8, little-endian, in C or Fortran order. Nothing else
/// is read; above all no pickled objects, which could run code.
/// @throws InputError naming the file, also when its size is not what its header says.
NpyTable read_npy_table(const std::filesystem::path& file);

}  // namespace jcs::data
