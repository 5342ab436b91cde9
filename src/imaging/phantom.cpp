#include "jcs/imaging/phantom.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>

#include "jcs/core/error.hpp"
#include "jcs/core/parallel.hpp"
#include "jcs/core/random.hpp"
#include "jcs/imaging/uid.hpp"

#include "option_visitors.hpp"
#include "phantom/anatomy.hpp"
#include "phantom/scanner.hpp"

namespace jcs::imaging {

namespace {

constexpr const char* kCtImageStorage = "1.2.840.10008.5.1.4.1.1.2";
constexpr std::size_t kMaxVoxels = std::size_t{1} << 30;
constexpr std::uint64_t kNoiseStream = 1000;

double to_micrometre(double mm) { return std::round(mm * 1000) / 1000; }

// The distances of voxels: as asked for, or such that body and lungs are covered.
struct Spacing {
  double column, row, slice;
};

Spacing spacing_for(const PhantomOptions& options, const phantom::Build& build) {
  Spacing s{options.column_spacing_mm, options.row_spacing_mm, options.slice_spacing_mm};
  if (s.row == 0) {
    const double view = 2 * build.trunk_width() + 36;
    s.row = s.column > 0 ? s.column : to_micrometre(view / std::max(options.rows, options.columns));
  }
  if (s.column == 0) s.column = s.row;
  if (s.slice == 0) {
    s.slice = to_micrometre((build.lung_height - 14) / std::max(1, options.slices - 1));
  }
  return s;
}

SeriesInfo series_info(const PhantomOptions& options, const phantom::Build& build,
                       const std::string& identity, double slice_spacing) {
  SeriesInfo info;
  const std::string number = std::to_string(options.seed);
  info.patient_id = "PHANTOM-" + number;
  info.patient_name = "Phantom^" + number;
  info.patient_sex = build.female ? "F" : "M";
  info.patient_age = "0" + std::to_string(build.age) + "Y";
  info.study_uid = uid_from("study " + identity);
  info.study_date = "20200102";
  info.study_description = "Synthetic chest CT";
  info.series_uid = uid_from("series " + identity);
  info.series_description = "Chest, synthetic";
  info.frame_of_reference_uid = uid_from("frame of reference " + identity);
  info.series_number = 1;
  info.modality = "CT";
  info.manufacturer = "JCS";
  info.model = "Phantom";
  info.convolution_kernel = options.kernel == PhantomOptions::Kernel::kSharp ? "SHARP" : "SOFT";
  info.body_part = "CHEST";
  info.image_type = "ORIGINAL\\PRIMARY\\AXIAL";
  info.slice_thickness_mm = std::min(slice_spacing, 5.0);
  info.kvp = 120;
  return info;
}

void check(PhantomOptions options) {
  RangeCheck ranges;
  options.describe(ranges);
  const auto voxels = static_cast<std::size_t>(options.rows) *
                      static_cast<std::size_t>(options.columns) *
                      static_cast<std::size_t>(options.slices);
  if (voxels > kMaxVoxels) {
    throw UsageError({"the phantom is too large", "rows, columns, slices",
                      "at most " + std::to_string(kMaxVoxels) + " voxels", std::to_string(voxels)});
  }
}

std::string identity_of(PhantomOptions options) {
  OptionText text;
  options.describe(text);
  return text.text();
}

}  // namespace

Phantom make_phantom(const PhantomOptions& options, Progress& progress,
                     const std::stop_token& stop) {
  check(options);
  const phantom::Anatomy anatomy(options);
  const phantom::Build& build = anatomy.build();
  const Spacing spacing = spacing_for(options, build);
  const phantom::Scanner scanner(options, spacing.column, spacing.row);
  const phantom::Grid grid(build, options.rows, options.columns, spacing.column, spacing.row,
                           scanner.samples());
  const std::string identity = identity_of(options);

  Phantom result;
  CtVolume& volume = result.volume;
  volume.rows = options.rows;
  volume.columns = options.columns;
  volume.row_spacing_mm = spacing.row;
  volume.column_spacing_mm = spacing.column;
  volume.slice_spacing_mm = options.slices > 1 ? spacing.slice : 0;
  volume.series = series_info(options, build, identity, spacing.slice);
  const auto count = static_cast<std::size_t>(options.slices);
  volume.slices.resize(count);
  volume.hu.resize(count * volume.pixels());
  result.mask.resize(volume.hu.size());
  result.lungs.resize(volume.hu.size());

  const auto seed = static_cast<std::uint64_t>(options.seed);
  std::atomic<std::size_t> done{0};
  const double first = to_micrometre(build.table_z + 0.5 * build.lung_height -
                                     0.5 * static_cast<double>(count - 1) * spacing.slice);
  parallel_for(count, 0, stop, [&](std::size_t k) {
    const double location = first + static_cast<double>(k) * spacing.slice;
    const phantom::SliceTruth slice = scanner.scan(anatomy.slice(grid, location - build.table_z),
                                                   derive_seed(seed, kNoiseStream, k));

    const std::size_t begin = k * volume.pixels();
    std::transform(
        slice.hu.begin(), slice.hu.end(), volume.hu.begin() + static_cast<std::ptrdiff_t>(begin),
        [](float hu) {
          return static_cast<std::int16_t>(std::lround(std::clamp(hu, -1024.0F, 3071.0F)));
        });
    std::copy(slice.mask.begin(), slice.mask.end(),
              result.mask.begin() + static_cast<std::ptrdiff_t>(begin));
    std::copy(slice.lungs.begin(), slice.lungs.end(),
              result.lungs.begin() + static_cast<std::ptrdiff_t>(begin));

    SliceInfo& info = volume.slices[k];
    info.sop_class_uid = kCtImageStorage;
    info.sop_instance_uid = uid_from("slice " + std::to_string(k) + " " + identity);
    info.instance_number = static_cast<int>(count - k);  // scanners count from head to feet
    info.position = {-0.5 * (options.columns - 1) * spacing.column,
                     -0.5 * (options.rows - 1) * spacing.row, location};
    info.location_mm = location;
    progress.update("phantom", ++done, count);
  });
  return result;
}

}  // namespace jcs::imaging
