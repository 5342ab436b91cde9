#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <matio.h>

namespace jcs::test {

/// A MAT file that matio writes, variable by variable.
class MatWriter {
 public:
  explicit MatWriter(const std::filesystem::path& file, mat_ft version = MAT_FT_MAT5)
      : file_(Mat_CreateVer(file.c_str(), nullptr, version)) {}
  ~MatWriter() { Mat_Close(file_); }
  MatWriter(const MatWriter&) = delete;
  MatWriter& operator=(const MatWriter&) = delete;

  template <class T>
  void add(const std::string& name, matio_classes kind, matio_types type,
           std::vector<std::size_t> sizes, std::vector<T> values,
           matio_compression compression = MAT_COMPRESSION_ZLIB, int flags = 0) {
    matvar_t* variable = Mat_VarCreate(name.c_str(), kind, type, static_cast<int>(sizes.size()),
                                       sizes.data(), values.data(), flags);
    Mat_VarWrite(file_, variable, compression);
    Mat_VarFree(variable);
  }

  /// uint8 of these sizes; the value at (channel, row, column) is `feature(...)`. A leading 1 is
  /// no channel.
  template <class Feature>
  void features(const std::string& name, std::vector<std::size_t> sizes, Feature&& feature,
                matio_compression compression = MAT_COMPRESSION_ZLIB) {
    const std::size_t lead = sizes.size() - 3;
    std::vector<std::uint8_t> values;
    for (std::size_t x = 0; x < sizes[lead + 2]; ++x) {
      for (std::size_t y = 0; y < sizes[lead + 1]; ++y) {
        for (std::size_t c = 0; c < sizes[lead]; ++c) {
          values.push_back(static_cast<std::uint8_t>(feature(c, y, x)));
        }
      }
    }
    add(name, MAT_C_UINT8, MAT_T_UINT8, std::move(sizes), std::move(values), compression);
  }

 private:
  mat_t* file_;
};

}  // namespace jcs::test
