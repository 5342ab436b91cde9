#include "nifti_files.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "jcs/imaging/nifti_writer.hpp"

#include "format.hpp"

namespace jcs::report {

namespace {

constexpr double kNoticeableMm = 1.0;

struct Wanted {
  bool volume = false, lungs = false, opacity = false;

  [[nodiscard]] bool any() const { return volume || lungs || opacity; }
};

Wanted wanted(const diagnosis::CaseResult& result, const ReportOptions& options) {
  return {.volume = options.nifti_volume,
          .lungs = options.nifti_lungs && !result.lung_mask.empty(),
          .opacity = options.nifti_opacity && !result.opacity_mask.empty()};
}

/// How far a slice lies from even steps between the first and the last one, at most, mm.
double unevenness(const imaging::CtVolume& volume) {
  const double first = volume.slices.front().location_mm;
  const double whole = volume.slices.back().location_mm - first;
  const auto steps = static_cast<double>(std::max<std::size_t>(2, volume.slice_count()) - 1);
  double most = 0;
  for (std::size_t k = 0; k < volume.slice_count(); ++k) {
    const double even = first + whole * static_cast<double>(k) / steps;
    most = std::max(most, std::abs(volume.slices[k].location_mm - even));
  }
  return most;
}

}  // namespace

std::vector<std::string> nifti_warnings(const diagnosis::CaseResult& result,
                                        const imaging::CtVolume& volume,
                                        const ReportOptions& options) {
  if (!options.nifti_volume && !options.nifti_lungs && !options.nifti_opacity) return {};
  const std::optional<imaging::NiftiAffine> affine = imaging::nifti_affine(volume);
  if (!affine) return {"No NIfTI file is written: it is not known where the slices lie."};
  if (!wanted(result, options).any()) return {};
  std::vector<std::string> warnings;
  if (!volume.oriented()) {
    warnings.emplace_back(
        "In NIfTI files, the patient's right and left, front and back are assumed: the files do "
        "not say them.");
  }
  if (affine->largest_error_mm > kNoticeableMm) {
    warnings.push_back("In NIfTI files, slices lie up to " + fixed(affine->largest_error_mm, 1) +
                       " mm off: they are " +
                       (unevenness(volume) > kNoticeableMm ? "not evenly spaced."
                                                           : "shifted against each other."));
  }
  return warnings;
}

void write_nifti_files(const std::filesystem::path& folder, const diagnosis::CaseResult& result,
                       const imaging::CtVolume& volume, const ReportOptions& options) {
  const Wanted files = wanted(result, options);
  if (!files.any() || !imaging::nifti_affine(volume)) return;
  if (files.volume) imaging::write_nifti_volume(folder / "volume.nii.gz", volume);
  if (files.lungs) {
    imaging::write_nifti_mask(folder / "lungs.nii.gz", volume, result.lung_mask);
  }
  if (files.opacity) {
    imaging::write_nifti_mask(folder / "opacity.nii.gz", volume, result.opacity_mask);
  }
}

}  // namespace jcs::report
