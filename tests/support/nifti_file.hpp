#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

#include <nifti2_io.h>

namespace jcs::test {

/// A NIfTI-1 file for tests. Unless told otherwise its axes run to the left, to the back and to the
/// head, as those of a DICOM series do.
struct NiftiFile {
  std::array<int, 3> sizes{2, 2, 1};
  std::array<std::array<float, 3>, 3> directions{
      {{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}};  ///< of i, j, k in right-left, back-front, feet-head
  std::array<float, 3> origin{};          ///< of the first voxel, right-left, back-front, feet-head
  std::array<float, 3> lengths{1, 1, 1};  ///< of a voxel, for the qform
  float slope = 0, intercept = 0;
  bool sform = true;
  bool qform = false;
  bool big_endian = false;
  int dimensions = 3;
  int fourth = 1;
  float offset = 352;
  std::size_t cut = 0;  ///< bytes missing at the end

  template <class T>
  static int type() {
    if constexpr (std::is_same_v<T, std::uint8_t>) return DT_UINT8;
    if constexpr (std::is_same_v<T, std::int16_t>) return DT_INT16;
    if constexpr (std::is_same_v<T, float>) return DT_FLOAT32;
    return DT_FLOAT64;
  }

  /// `values`: i fastest. A name that ends in `.gz` is compressed.
  template <class T>
  void write(const std::filesystem::path& file, std::vector<T> values,
             int datatype = type<T>()) const {
    nifti_1_header header{};
    header.sizeof_hdr = 348;
    header.dim[0] = static_cast<short>(dimensions);
    for (int axis = 0; axis < 3; ++axis) header.dim[axis + 1] = static_cast<short>(sizes[axis]);
    header.dim[4] = static_cast<short>(fourth);
    std::fill(header.dim + 5, header.dim + 8, short{1});
    std::fill(header.pixdim, header.pixdim + 8, 1.0F);
    std::copy(lengths.begin(), lengths.end(), header.pixdim + 1);
    header.datatype = static_cast<short>(datatype);
    header.bitpix = static_cast<short>(8 * sizeof(T));
    header.vox_offset = offset;
    header.scl_slope = slope;
    header.scl_inter = intercept;
    header.sform_code = sform ? 1 : 0;
    header.qform_code = qform ? 1 : 0;
    float* rows[] = {header.srow_x, header.srow_y, header.srow_z};
    for (int row = 0; row < 3; ++row) {
      for (int axis = 0; axis < 3; ++axis) rows[row][axis] = directions[axis][row];
      rows[row][3] = origin[row];
    }
    header.quatern_d = 1;  // half a turn about the long axis: left and back
    std::memcpy(header.magic, "n+1", 4);
    if (big_endian) {
      swap_nifti_header(&header, 1);
      nifti_swap_Nbytes(static_cast<std::int64_t>(values.size()), sizeof(T), values.data());
    }
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes += std::string(4, '\0');
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    bytes.resize(bytes.size() - cut);
    write_bytes(file, bytes);
  }

  static void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
    znzFile out = znzopen(file.c_str(), "wb", file.extension() == ".gz" ? 1 : 0);
    znzwrite(bytes.data(), 1, bytes.size(), out);
    znzclose(out);
  }
};

}  // namespace jcs::test
