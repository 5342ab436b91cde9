#include "consistency.hpp"

#include <string>

#include "jcs/core/error.hpp"

namespace jcs::report {

namespace {

void require_equal(const char* what, std::size_t expected, std::size_t got) {
  if (expected != got) {
    throw InputError({.what = std::string("the result is not of this volume: ") + what,
                      .expected = std::to_string(expected),
                      .got = std::to_string(got)});
  }
}

void require_slice(const char* what, const imaging::CtVolume& volume, std::size_t slice) {
  if (slice >= volume.slice_count()) {
    throw InputError({.what = std::string("the result is not of this volume: ") + what,
                      .expected = "less than " + std::to_string(volume.slice_count()),
                      .got = std::to_string(slice)});
  }
}

}  // namespace

void require_consistent(const diagnosis::CaseResult& result, const imaging::CtVolume& volume) {
  require_equal("slices", volume.slice_count(), result.slices.size());
  require_equal("voxels", volume.slice_count() * volume.pixels(), volume.hu.size());
  if (!result.opacity_mask.empty()) {
    require_equal("voxels of the opacity mask", volume.hu.size(), result.opacity_mask.size());
  }
  if (!result.lung_mask.empty()) {
    require_equal("voxels of the lung mask", volume.hu.size(), result.lung_mask.size());
  }
  for (const diagnosis::Lesion& lesion : result.findings.lesions) {
    require_slice("slice of a lesion", volume, lesion.largest_slice);
    require_slice("slice of a lesion", volume, lesion.last_slice);
  }
  for (const diagnosis::ActivationMap& map : result.activation_maps) {
    require_equal("pixels of an activation map", volume.pixels(), map.values.size());
    require_slice("slice of an activation map", volume, map.slice);
  }
}

}  // namespace jcs::report
