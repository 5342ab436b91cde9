#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// Where the voxels of a volume lie in NIfTI's patient coordinates, mm: x grows to the patient's
/// right, y to the front, z to the head (RAS; DICOM's x and y point the other way).
struct NiftiAffine {
  /// (x, y, z) = matrix · (column, row, slice, 1)
  std::array<std::array<double, 4>, 3> matrix{};
  /// How far a slice lies from where the matrix puts it, at most, mm. Near 0 for evenly spaced
  /// slices. Where spacing is uneven or slices are missing, no matrix is right for all slices: the
  /// first and the last one lie exactly, those between at even steps.
  double largest_error_mm = 0;
};

/// The place of a volume's voxels; a tilted gantry gives a sheared matrix. Where the files named a
/// location along the body but no positions, the middle of the first voxel lies at 0 across the
/// slices. A single slice is as thick as its header says.
/// @returns nothing when the spacing of pixels or slices or the locations are not known, as for
/// folders of pictures.
std::optional<NiftiAffine> nifti_affine(const CtVolume& volume);

/// Writes a NIfTI-1 file, compressed when the name ends in `.gz`, the same bytes each time. Voxels
/// are in the order of the volume: i is the column, j the row, k the slice; for a volume that came
/// from a NIfTI file, in the order of that file. The place is in the
/// sform (scanner coordinates, mm) and in the qform, which is left out where it cannot say the
/// same: a quaternion knows no shear. The file appears whole or not at all.
/// @throws UsageError when the name does not end in `.nii` or `.nii.gz`
/// @throws InputError when nifti_affine() knows no place, values and size do not fit together, or a
/// side is longer than NIfTI-1's 32767
/// @throws OutputError when the file cannot be written
void write_nifti_volume(const std::filesystem::path& file,
                        const CtVolume& volume);  ///< HU as 16 bits

/// The same for a mask of the volume, [slice][row][column]; any value up to 255 may be a label.
void write_nifti_mask(const std::filesystem::path& file, const CtVolume& volume,
                      std::span<const std::uint8_t> mask);

}  // namespace jcs::imaging
