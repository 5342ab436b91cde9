#include "nifti_header.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "jcs/core/error.hpp"
#include "jcs/imaging/nifti.hpp"

namespace jcs::imaging {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLargestSide = 4096;
constexpr std::int64_t kMostSlices = 65535;
constexpr double kLargestOffset = 16 << 20;
// Deflate cannot pack more than this many bytes into one.
constexpr std::uintmax_t kLargestRatio = 1032;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

void silence_nifti() {
  static const bool done = [] {
    nifti_set_debug_level(0);
    return true;
  }();
  static_cast<void>(done);
}

bool real_number(int datatype) {
  static constexpr std::array<int, 10> kTypes = {DT_UINT8,   DT_INT8,   DT_INT16, DT_UINT16,
                                                 DT_INT32,   DT_UINT32, DT_INT64, DT_UINT64,
                                                 DT_FLOAT32, DT_FLOAT64};
  return std::find(kTypes.begin(), kTypes.end(), datatype) != kTypes.end();
}

// Sizes, type and offset before the library computes with them. The header is as it stands in the
// file.
template <class Header>
void check_raw(Header header, const fs::path& file, int version) {
  if (header.sizeof_hdr != static_cast<int>(sizeof header)) {
    swap_nifti_header(&header, version);
  }
  const auto dimensions = static_cast<std::int64_t>(header.dim[0]);
  if (dimensions < 1 || dimensions > 7) {
    throw InputError({"has a damaged NIfTI header", file.string()});
  }
  const auto size = [&](int axis) {
    return axis <= dimensions ? static_cast<std::int64_t>(header.dim[axis]) : 1;
  };
  for (int axis = 4; axis <= 7; ++axis) {
    if (size(axis) > 1) {
      throw InputError({"has more than three dimensions", file.string(), "one CT volume",
                        std::to_string(size(axis)) + " along dimension " + std::to_string(axis)});
    }
  }
  if (std::min({size(1), size(2), size(3)}) < 1 || std::max(size(1), size(2)) > kLargestSide ||
      size(3) > kMostSlices) {
    throw InputError({"has a size that no CT has", file.string(), "at most 4096 x 4096",
                      std::to_string(size(1)) + " x " + std::to_string(size(2)) + " x " +
                          std::to_string(size(3))});
  }
  for (int axis = 1; axis <= std::min<std::int64_t>(3, dimensions); ++axis) {
    // The library would make 1 mm of what is none, where it rests on the qform.
    const auto length = static_cast<double>(header.pixdim[axis]);
    if (header.sform_code <= 0 && header.qform_code > 0 && !(std::isfinite(length) && length > 0)) {
      throw InputError({"does not say how large its voxels are", file.string(), "pixdim above 0",
                        std::to_string(length) + " along dimension " + std::to_string(axis)});
    }
  }
  if (!real_number(header.datatype)) {
    throw InputError({"does not hold grey values", file.string(), "whole or real numbers",
                      nifti_datatype_to_string(header.datatype)});
  }
  const auto offset = static_cast<double>(header.vox_offset);
  if (!std::isfinite(offset) || offset < 0 || offset > kLargestOffset) {
    throw InputError({"has a damaged NIfTI header: no place of the pixels", file.string()});
  }
}

NiftiHeader convert(const fs::path& file) {
  int version = -1;
  const std::unique_ptr<void, Free> raw(nifti_read_header(file.c_str(), &version, 0));
  if (raw && version == 1) {
    const auto& header = *static_cast<const nifti_1_header*>(raw.get());
    check_raw(header, file, version);
    return NiftiHeader(nifti_convert_n1hdr2nim(header, file.c_str()));
  }
  if (raw && version == 2) {
    const auto& header = *static_cast<const nifti_2_header*>(raw.get());
    check_raw(header, file, version);
    return NiftiHeader(nifti_convert_n2hdr2nim(header, file.c_str()));
  }
  throw InputError({"is no NIfTI file", file.string()});
}

}  // namespace

NiftiHeader read_nifti_header(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw InputError({"is no file", file.string()});
  }
  if (!named_like_nifti(file)) {
    throw InputError({"is not named like a NIfTI file", file.string(), ".nii or .nii.gz"});
  }
  silence_nifti();
  NiftiHeader header = convert(file);
  if (!header ||
      (header->nifti_type != NIFTI_FTYPE_NIFTI1_1 && header->nifti_type != NIFTI_FTYPE_NIFTI2_1)) {
    throw InputError({"has a damaged NIfTI header", file.string()});
  }
  if (header->ndim < 3 && header->nz < 1) header->nz = header->dim[3] = 1;  // one slice
  const auto bytes = static_cast<std::uintmax_t>(header->iname_offset) +
                     static_cast<std::uintmax_t>(header->nx * header->ny * header->nz) *
                         static_cast<std::uintmax_t>(header->nbyper);
  const std::uintmax_t there = fs::file_size(file, error);
  const bool packed = nifti_is_gzfile(file.c_str()) != 0;
  if (error || bytes / (packed ? kLargestRatio : 1) > there) {
    throw InputError({"ends too early for its header", file.string(),
                      std::to_string(bytes) + " bytes" + (packed ? " unpacked" : ""),
                      std::to_string(there) + " bytes"});
  }
  return header;
}

NiftiAxes nifti_axes(const nifti_image& header, const fs::path& file) {
  if (header.sform_code <= 0 && header.qform_code <= 0) {
    throw InputError({"does not say how the patient lies", file.string(), "an sform or a qform"});
  }
  const nifti_dmat44& affine = header.sform_code > 0 ? header.sto_xyz : header.qto_xyz;
  std::array<double, 3> lengths{};
  for (int column = 0; column < 3; ++column) {
    for (int row = 0; row < 3; ++row) {
      lengths[column] = std::hypot(lengths[column], affine.m[row][column]);
    }
  }
  if (!std::all_of(lengths.begin(), lengths.end(),
                   [](double length) { return std::isfinite(length) && length > 0; })) {
    throw InputError({"has an orientation without directions", file.string()});
  }
  int i = 0, j = 0, k = 0;
  nifti_dmat44_to_orientation(affine, &i, &j, &k);
  // Half a right angle at most: a tilted gantry is axial still.
  const bool upright = std::abs(affine.m[2][2]) >= std::sqrt(0.5) * lengths[2];
  if ((k != NIFTI_I2S && k != NIFTI_S2I) || !upright) {
    throw InputError({"the slices are not axial", file.string(), "the third axis from feet to head",
                      std::string("third axis ") + nifti_orientation_string(k)});
  }
  NiftiAxes axes;
  axes.transposed = i == NIFTI_P2A || i == NIFTI_A2P;
  axes.flip_rows = (axes.transposed ? i : j) == NIFTI_P2A;
  axes.flip_columns = (axes.transposed ? j : i) == NIFTI_L2R;
  axes.feet_first = k == NIFTI_I2S;
  // Files that name no unit mean millimetres, as nearly all do.
  axes.unit_mm = header.xyz_units == NIFTI_UNITS_METER    ? 1000.0
                 : header.xyz_units == NIFTI_UNITS_MICRON ? 0.001
                                                          : 1.0;
  axes.row_spacing_mm = axes.unit_mm * lengths[axes.transposed ? 0 : 1];
  axes.column_spacing_mm = axes.unit_mm * lengths[axes.transposed ? 1 : 0];
  return axes;
}

}  // namespace jcs::imaging
