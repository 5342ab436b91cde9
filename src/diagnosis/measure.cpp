#include "jcs/diagnosis/measure.hpp"

#include <algorithm>
#include <vector>

#include "jcs/imaging/slice_steps.hpp"

namespace jcs::diagnosis {

void measure_opacities(const imaging::CtVolume& volume, std::span<const std::size_t> slices,
                       CaseResult& result) {
  const double pixel_area = volume.pixel_area_mm2();
  const double voxel_volume = volume.voxel_volume_ml();
  const std::vector<double> weights = imaging::slice_weights(volume);
  double voxels = 0;
  for (const std::size_t i : slices) {
    const auto first =
        result.opacity_mask.begin() + static_cast<std::ptrdiff_t>(i * volume.pixels());
    const std::int64_t pixels =
        std::count(first, first + static_cast<std::ptrdiff_t>(volume.pixels()), std::uint8_t{1});
    SliceResult& slice = result.slices[i];
    slice.opacity_pixels = pixels;
    slice.opacity_area_mm2.reset();
    if (pixel_area > 0.0) {
      slice.opacity_area_mm2 = static_cast<double>(pixels) * pixel_area;
    }
    voxels += static_cast<double>(pixels) * weights[i];
  }
  result.opacity_volume_ml.reset();
  if (voxel_volume > 0.0) {
    result.opacity_volume_ml = voxels * voxel_volume;
  }
}

}  // namespace jcs::diagnosis
