#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include <nifti2_io.h>

namespace jcs::imaging {

struct FreeNifti {
  void operator()(nifti_image* image) const { nifti_image_free(image); }
};
using NiftiHeader = std::unique_ptr<nifti_image, FreeNifti>;

/// The header of a NIfTI file that holds one volume of real numbers of a plausible size; nothing
/// else is read. @throws InputError naming the file.
NiftiHeader read_nifti_header(const std::filesystem::path& file);

/// How the stored axes lie in a slice as shown.
struct NiftiAxes {
  bool transposed = false;    ///< the first stored axis runs along the rows' index
  bool flip_rows = false;     ///< the stored axis of the rows runs from posterior to anterior
  bool flip_columns = false;  ///< the stored axis of the columns runs from left to right
  bool feet_first = true;     ///< the slices run from the feet to the head
  double unit_mm = 1.0;       ///< length of the header's unit
  double row_spacing_mm = 0.0, column_spacing_mm = 0.0;  ///< of a slice as shown
};

/// @throws InputError naming `file` when the header says nothing of the orientation, or when the
/// slices are not axial.
NiftiAxes nifti_axes(const nifti_image& header, const std::filesystem::path& file);

}  // namespace jcs::imaging
