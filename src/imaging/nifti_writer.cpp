#include "jcs/imaging/nifti_writer.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <nifti2_io.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/imaging/nifti.hpp"

#include "gzip_stream.hpp"
#include "vector3.hpp"

namespace jcs::imaging {

namespace fs = std::filesystem;

namespace {

// "No extensions", between the header and the voxels.
constexpr std::array<std::byte, 4> kNoExtension{};
// What the float numbers of the header and a quaternion may make of a good matrix.
constexpr double kQformErrorMm = 0.05;

struct FreeRawHeader {
  void operator()(void* memory) const { std::free(memory); }
};
using RawNiftiHeader = std::unique_ptr<nifti_1_header, FreeRawHeader>;

// Thickness or distance to the next slice, for a slice that is alone.
double lone_step(const CtVolume& volume) {
  return volume.slice_spacing_mm > 0 ? volume.slice_spacing_mm : volume.series.slice_thickness_mm;
}

// Where (i, j, k) lies by the matrix, each index at 0 or at its end.
Vec3 place(const nifti_dmat44& m, double i, double j, double k) {
  Vec3 at{};
  for (int axis = 0; axis < 3; ++axis) {
    at[axis] = m.m[axis][0] * i + m.m[axis][1] * j + m.m[axis][2] * k + m.m[axis][3];
  }
  return at;
}

// The grid of the file: sizes along i, j, k and the place of its voxels.
struct Grid {
  std::array<std::int64_t, 3> sizes{};
  nifti_dmat44 sform{};
};

void reverse_axis(Grid& grid, int axis) {
  for (int row = 0; row < 3; ++row) {
    auto& m = grid.sform.m[row];
    m[3] += m[axis] * static_cast<double>(grid.sizes[axis] - 1);
    m[axis] = -m[axis];
  }
}

Grid stored_grid(const CtVolume& volume, const NiftiAffine& affine) {
  Grid grid;
  grid.sizes = {volume.columns, volume.rows, static_cast<std::int64_t>(volume.slice_count())};
  for (int row = 0; row < 3; ++row) {
    std::copy(affine.matrix[row].begin(), affine.matrix[row].end(), grid.sform.m[row]);
  }
  grid.sform.m[3][3] = 1;
  const StoredOrder& order = volume.stored_order;
  if (order.columns_reversed) reverse_axis(grid, 0);
  if (order.rows_reversed) reverse_axis(grid, 1);
  if (order.slices_reversed) reverse_axis(grid, 2);
  if (order.transposed) {
    std::swap(grid.sizes[0], grid.sizes[1]);
    for (auto& row : grid.sform.m) std::swap(row[0], row[1]);
  }
  return grid;
}

// The voxels in the order of the file. @pre one value a voxel.
template <class Value>
std::vector<Value> in_stored_order(const CtVolume& volume, std::span<const Value> values) {
  const StoredOrder& order = volume.stored_order;
  std::vector<Value> stored;
  stored.reserve(values.size());
  const auto rows = static_cast<std::size_t>(volume.rows);
  const auto columns = static_cast<std::size_t>(volume.columns);
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const std::size_t slice = order.slices_reversed ? volume.slice_count() - 1 - k : k;
    for (std::size_t j = 0; j < (order.transposed ? columns : rows); ++j) {
      for (std::size_t i = 0; i < (order.transposed ? rows : columns); ++i) {
        const std::size_t row = order.transposed ? i : j;
        const std::size_t column = order.transposed ? j : i;
        stored.push_back(
            values[slice * rows * columns + (order.rows_reversed ? rows - 1 - row : row) * columns +
                   (order.columns_reversed ? columns - 1 - column : column)]);
      }
    }
  }
  return stored;
}

// Sets the qform and says whether it puts all corners where the sform puts them.
bool set_qform(nifti_1_header& header, const Grid& grid) {
  const nifti_dmat44& sform = grid.sform;
  double b = 0, c = 0, d = 0, x = 0, y = 0, z = 0, dx = 0, dy = 0, dz = 0, handedness = 0;
  nifti_dmat44_to_quatern(sform, &b, &c, &d, &x, &y, &z, &dx, &dy, &dz, &handedness);
  const double steps[] = {handedness, dx, dy, dz};
  std::copy(std::begin(steps), std::end(steps), header.pixdim);
  header.quatern_b = static_cast<float>(b);
  header.quatern_c = static_cast<float>(c);
  header.quatern_d = static_cast<float>(d);
  header.qoffset_x = static_cast<float>(x);
  header.qoffset_y = static_cast<float>(y);
  header.qoffset_z = static_cast<float>(z);
  const nifti_dmat44 qform = nifti_quatern_to_dmat44(b, c, d, x, y, z, dx, dy, dz, handedness);
  double error = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const double i = (corner & 1) != 0 ? static_cast<double>(grid.sizes[0]) : 0;
    const double j = (corner & 2) != 0 ? static_cast<double>(grid.sizes[1]) : 0;
    const double k = (corner & 4) != 0 ? static_cast<double>(grid.sizes[2]) : 0;
    error = std::max(error, length(difference(place(qform, i, j, k), place(sform, i, j, k))));
  }
  return error < kQformErrorMm;
}

RawNiftiHeader header_of(const fs::path& file, const CtVolume& volume, std::size_t values,
                         int datatype) {
  if (!named_like_nifti(file)) {
    throw UsageError({"is not named like a NIfTI file", file.string(), ".nii or .nii.gz"});
  }
  const std::size_t voxels = volume.slice_count() * volume.pixels();
  if (voxels == 0 || values != voxels) {
    throw InputError({"there is not one value for every voxel", file.string(),
                      std::to_string(voxels), std::to_string(values)});
  }
  constexpr std::size_t kLongest = std::numeric_limits<std::int16_t>::max();
  const std::size_t side = std::max(static_cast<std::size_t>(std::max(volume.rows, volume.columns)),
                                    volume.slice_count());
  if (side > kLongest) {
    throw InputError({"the volume is too large for NIfTI-1", file.string(),
                      "sides of at most " + std::to_string(kLongest), std::to_string(side)});
  }
  const std::optional<NiftiAffine> affine = nifti_affine(volume);
  if (!affine) {
    throw InputError({"a NIfTI file needs to say where the slices lie, which is not known",
                      file.string(), "pixel spacing and slice positions"});
  }
  const Grid grid = stored_grid(volume, *affine);
  const std::int64_t sizes[8] = {3, grid.sizes[0], grid.sizes[1], grid.sizes[2], 1, 1, 1, 1};
  RawNiftiHeader header(nifti_make_new_n1_header(sizes, datatype));
  if (!header) throw std::bad_alloc();
  float* rows[] = {header->srow_x, header->srow_y, header->srow_z};
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) {
      rows[row][column] = static_cast<float>(grid.sform.m[row][column]);
    }
  }
  header->vox_offset = sizeof(nifti_1_header) + kNoExtension.size();
  header->sform_code = NIFTI_XFORM_SCANNER_ANAT;
  header->qform_code = set_qform(*header, grid) ? NIFTI_XFORM_SCANNER_ANAT : NIFTI_XFORM_UNKNOWN;
  header->xyzt_units = NIFTI_UNITS_MM;
  header->scl_slope = 1;
  header->scl_inter = 0;
  return header;
}

template <class Value>
void write(const fs::path& file, const nifti_1_header& header, const CtVolume& volume,
           std::span<const Value> values) {
  std::vector<Value> stored;
  if (volume.stored_order != StoredOrder{}) {
    stored = in_stored_order(volume, values);
    values = stored;
  }
  const auto voxels = std::as_bytes(values);
  const auto head = std::as_bytes(std::span(&header, 1));
  write_file(file, [&](std::ostream& out) {
    if (nifti_is_gzfile(file.c_str()) != 0) {
      GzipStream gzip(out);
      for (const auto part : {head, std::span<const std::byte>(kNoExtension), voxels}) {
        gzip.write(part);
      }
      gzip.finish();
    } else {
      for (const auto part : {head, std::span<const std::byte>(kNoExtension), voxels}) {
        out.write(reinterpret_cast<const char*>(part.data()),
                  static_cast<std::streamsize>(part.size()));
      }
    }
  });
}

}  // namespace

std::optional<NiftiAffine> nifti_affine(const CtVolume& volume) {
  const auto located = [](const SliceInfo& slice) { return std::isfinite(slice.location_mm); };
  if (volume.slices.empty() || !(volume.column_spacing_mm > 0) || !(volume.row_spacing_mm > 0) ||
      !std::all_of(volume.slices.begin(), volume.slices.end(), located)) {
    return std::nullopt;
  }
  const bool positions = volume.placed();
  const auto centre = [&](const SliceInfo& slice) {
    return positions ? slice.position : scaled(volume.normal, slice.location_mm);
  };
  const Vec3 first = centre(volume.slices.front());
  const Vec3 step = volume.slice_count() > 1
                        ? scaled(difference(centre(volume.slices.back()), first),
                                 1.0 / static_cast<double>(volume.slice_count() - 1))
                        : scaled(volume.normal, lone_step(volume));
  if (!(dot(step, volume.normal) > 0)) return std::nullopt;

  NiftiAffine affine;
  const Vec3 columns[] = {scaled(volume.row_direction, volume.column_spacing_mm),
                          scaled(volume.column_direction, volume.row_spacing_mm), step, first};
  constexpr Vec3 kToRas = {-1, -1, 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t column = 0; column < 4; ++column) {
      affine.matrix[axis][column] = kToRas[axis] * columns[column][axis];
    }
  }
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const Vec3 there = sum(first, scaled(step, static_cast<double>(k)));
    affine.largest_error_mm =
        std::max(affine.largest_error_mm, length(difference(centre(volume.slices[k]), there)));
  }
  return affine;
}

void write_nifti_volume(const fs::path& file, const CtVolume& volume) {
  const RawNiftiHeader header = header_of(file, volume, volume.hu.size(), DT_INT16);
  write(file, *header, volume, std::span(volume.hu));
}

void write_nifti_mask(const fs::path& file, const CtVolume& volume,
                      std::span<const std::uint8_t> mask) {
  const RawNiftiHeader header = header_of(file, volume, mask.size(), DT_UINT8);
  header->intent_code = NIFTI_INTENT_LABEL;
  write(file, *header, volume, mask);
}

}  // namespace jcs::imaging
