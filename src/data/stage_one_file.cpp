#include "jcs/data/stage_one_file.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <matio.h>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

#include "mat_check.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kChannels = 64;
constexpr std::int64_t kLargestSide = 2048;
// Deflate cannot pack more than this many bytes into one.
constexpr std::uintmax_t kLargestRatio = 1032;

struct CloseFile {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using MatFile = std::unique_ptr<mat_t, CloseFile>;
using Variable = std::unique_ptr<matvar_t, FreeVariable>;

// matio reports to a function for the whole process; errors reach us by return values instead.
void silence_matio() {
  static const int done = Mat_LogInitFunc("jcs", [](int, char*) {});
  static_cast<void>(done);
}

std::string names_in(mat_t* file) {
  std::size_t count = 0;
  char** directory = Mat_GetDir(file, &count);
  std::vector<std::string> names;
  for (std::size_t i = 0; directory != nullptr && i < count; ++i) {
    if (directory[i] != nullptr) {
      names.emplace_back(directory[i]);
    }
  }
  return names.empty() ? "no variable" : joined(names);
}

const char* name_of(const matvar_t& variable) {
  if (variable.isLogical != 0) return "logical";
  if (variable.isComplex != 0) return "complex numbers";
  switch (variable.class_type) {
    case MAT_C_CELL:
      return "a cell array";
    case MAT_C_STRUCT:
      return "a structure";
    case MAT_C_CHAR:
      return "text";
    case MAT_C_SPARSE:
      return "a sparse matrix";
    case MAT_C_DOUBLE:
      return "double";
    case MAT_C_SINGLE:
      return "single";
    case MAT_C_INT8:
      return "int8";
    case MAT_C_INT16:
      return "int16";
    case MAT_C_UINT16:
      return "uint16";
    case MAT_C_INT32:
      return "int32";
    case MAT_C_UINT32:
      return "uint32";
    case MAT_C_INT64:
      return "int64";
    case MAT_C_UINT64:
      return "uint64";
    default:
      return "another class";
  }
}

std::string shape_of(const matvar_t& variable) {
  std::vector<std::string> sizes;
  const int shown = std::clamp(variable.rank, 0, 8);
  sizes.reserve(static_cast<std::size_t>(shown));
  for (int i = 0; i < shown; ++i) {
    sizes.push_back(std::to_string(variable.dims[i]));
  }
  return joined(sizes, "x");
}

// MATLAB's order has the first index running fastest: channels, then rows, then columns.
std::vector<std::uint8_t> channel_first(const std::vector<std::uint8_t>& stored,
                                        const StoredFeatures& shape) {
  std::vector<std::uint8_t> values(stored.size());
  const auto channels = static_cast<std::size_t>(shape.channels);
  const auto rows = static_cast<std::size_t>(shape.rows);
  const auto columns = static_cast<std::size_t>(shape.columns);
  auto out = values.begin();
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t y = 0; y < rows; ++y) {
      for (std::size_t x = 0; x < columns; ++x) {
        *out++ = stored[c + channels * (y + rows * x)];
      }
    }
  }
  return values;
}

StoredFeatures read_field(mat_t* mat, const char* field, const fs::path& file) {
  const std::string where = file.string() + ": " + field;
  const Variable variable(Mat_VarReadInfo(mat, field));
  if (!variable) {
    throw InputError({"the field is missing", where, "vgg_feats and res2net_feats", names_in(mat)});
  }
  if (variable->class_type != MAT_C_UINT8 || variable->isLogical != 0 || variable->isComplex != 0) {
    throw InputError({"is of another type", where, "uint8", name_of(*variable)});
  }
  const int leading = variable->rank == 4 && variable->dims[0] == 1 ? 1 : 0;
  const auto size = [&](int i) {
    return static_cast<std::int64_t>(std::min<std::size_t>(variable->dims[leading + i], 1U << 20U));
  };
  if (variable->dims == nullptr || variable->rank - leading != 3 || size(0) != kChannels ||
      size(1) < 1 || size(2) < 1) {
    throw InputError({"has another shape", where, "64 x H x W",
                      variable->dims == nullptr ? "none" : shape_of(*variable)});
  }
  StoredFeatures features{size(0), size(1), size(2), {}};
  if (features.rows > kLargestSide || features.columns > kLargestSide) {
    throw InputError(
        {"is larger than any slice", where, "at most 2048 x 2048", shape_of(*variable)});
  }
  const auto count = static_cast<std::size_t>(kChannels * features.rows * features.columns);
  if (count / kLargestRatio > fs::file_size(file)) {
    throw InputError({"claims more values than the file can hold", where, "", shape_of(*variable)});
  }
  std::vector<std::uint8_t> stored(count);
  if (Mat_VarReadDataLinear(mat, variable.get(), stored.data(), 0, 1, static_cast<int>(count)) !=
      0) {
    throw InputError({"ends too early or is damaged", where});
  }
  features.values = channel_first(stored, features);
  return features;
}

}  // namespace

StageOneFile read_stage_one_file(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) {
    throw InputError({"is no file", file.string()});
  }
  silence_matio();
  check_mat_file(file);
  const MatFile mat(Mat_Open(file.c_str(), MAT_ACC_RDONLY));
  if (!mat) {
    throw InputError({"is a damaged MAT file", file.string()});
  }
  StageOneFile features{read_field(mat.get(), "vgg_feats", file),
                        read_field(mat.get(), "res2net_feats", file)};
  const auto half = [](std::int64_t size) { return (size + 1) / 2; };
  if (features.res2net.rows != half(features.vgg.rows) ||
      features.res2net.columns != half(features.vgg.columns)) {
    const auto text = [](std::int64_t rows, std::int64_t columns) {
      return std::to_string(rows) + "x" + std::to_string(columns);
    };
    throw InputError({"the two fields are not of one slice", file.string(),
                      "res2net_feats of " +
                          text(half(features.vgg.rows), half(features.vgg.columns)) +
                          " beside vgg_feats of " + text(features.vgg.rows, features.vgg.columns),
                      text(features.res2net.rows, features.res2net.columns)});
  }
  return features;
}

}  // namespace jcs::data
