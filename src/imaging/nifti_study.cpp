#include "jcs/imaging/nifti_study.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "jcs/core/error.hpp"
#include "jcs/imaging/nifti.hpp"

#include "nifti_header.hpp"
#include "vector3.hpp"
#include "volume_limit.hpp"

namespace jcs::imaging {

namespace {

constexpr double kRightAngle = 0.01;  // cosine

/// Steps from voxel to voxel as shown, and the first voxel; patient coordinates (LPS), mm.
struct Place {
  Vec3 column_step{}, row_step{}, slice_step{}, first{};
};

void reverse(Vec3& step, Vec3& first, int count) {
  first = sum(first, scaled(step, count - 1));
  step = scaled(step, -1.0);
}

Place place_of(const nifti_image& header, const NiftiAxes& axes, const NiftiVolume& volume) {
  const nifti_dmat44& affine = header.sform_code > 0 ? header.sto_xyz : header.qto_xyz;
  constexpr Vec3 kToLps = {-1, -1, 1};
  const auto column = [&](int index) {
    Vec3 step{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      step[axis] = kToLps[axis] * axes.unit_mm * affine.m[axis][index];
    }
    return step;
  };
  Place place{column(axes.transposed ? 1 : 0), column(axes.transposed ? 0 : 1), column(2),
              column(3)};
  if (axes.flip_columns) reverse(place.column_step, place.first, volume.columns());
  if (axes.flip_rows) reverse(place.row_step, place.first, volume.rows());
  if (!axes.feet_first) reverse(place.slice_step, place.first, volume.slices());
  return place;
}

void take_geometry(const Place& place, const std::filesystem::path& file, CtVolume& volume) {
  volume.row_direction = unit(place.column_step);
  volume.column_direction = unit(place.row_step);
  if (std::abs(dot(volume.row_direction, volume.column_direction)) > kRightAngle) {
    throw InputError(
        {.what = "the slices' rows and columns are not at right angles", .where = file.string()});
  }
  volume.normal = slice_normal(volume.row_direction, volume.column_direction);
  volume.slice_spacing_mm = dot(place.slice_step, volume.normal);
  volume.series.slice_thickness_mm = volume.slice_spacing_mm;
  for (std::size_t i = 0; i < volume.slices.size(); ++i) {
    SliceInfo& slice = volume.slices[i];
    slice.position = sum(place.first, scaled(place.slice_step, static_cast<double>(i)));
    slice.location_mm = dot(slice.position, volume.normal);
  }
}

}  // namespace

CtVolume read_nifti_study(const std::filesystem::path& file, Progress& progress,
                          const std::stop_token& stop) {
  const NiftiHeader header = read_nifti_header(file);
  const NiftiAxes axes = nifti_axes(*header, file);
  NiftiVolume source(file);
  CtVolume volume;
  volume.rows = source.rows();
  volume.columns = source.columns();
  volume.row_spacing_mm = source.spacing().row_mm;
  volume.column_spacing_mm = source.spacing().column_mm;
  volume.stored_order = {.transposed = axes.transposed,
                         .columns_reversed = axes.flip_columns,
                         .rows_reversed = axes.flip_rows,
                         .slices_reversed = !axes.feet_first};
  const auto count = static_cast<std::size_t>(source.slices());
  require_possible_volume(volume, count, file);
  volume.slices.resize(count);
  take_geometry(place_of(*header, axes, source), file, volume);

  for (std::size_t stored = 0; stored < count; ++stored) {
    throw_if_stopped(stop);
    const std::size_t index = axes.feet_first ? stored : count - 1 - stored;
    const cv::Mat slice = source.slice(static_cast<int>(stored));
    volume.windowed = slice.type() == CV_8UC1;
    if (volume.hu.empty()) volume.hu.resize(count * volume.pixels());
    cv::Mat target(volume.rows, volume.columns, CV_16SC1,
                   volume.hu.data() + index * volume.pixels());
    slice.convertTo(target, CV_16S);
    volume.slices[index].file = file;
    volume.slices[index].frame = static_cast<int>(stored);
    progress.update("reading slices", stored + 1, count);
  }
  if (volume.windowed) {
    volume.warnings.emplace_back(
        "All values lie in 0 to 255: they are taken as grey values of a window, not as HU.");
  }
  return volume;
}

}  // namespace jcs::imaging
