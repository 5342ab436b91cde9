#include "jcs/imaging/pixel_spacing.hpp"

#include "jcs/imaging/nifti.hpp"

#include "dicom_file.hpp"
#include "slice_header.hpp"

namespace jcs::imaging {

PixelSpacing pixel_spacing(const std::filesystem::path& file) {
  if (named_like_nifti(file)) {
    return NiftiVolume(file).spacing();
  }
  if (!begins_like_dicom(file)) {
    return {};
  }
  const auto headers = read_headers(file);
  return headers.empty()
             ? PixelSpacing{}
             : PixelSpacing{headers.front().row_spacing_mm, headers.front().column_spacing_mm};
}

}  // namespace jcs::imaging
