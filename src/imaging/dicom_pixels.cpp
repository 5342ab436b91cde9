#include "jcs/imaging/dicom_pixels.hpp"

#include <algorithm>
#include <cstdint>

#include <dcmtk/dcmdata/dcdeftag.h>

#include "dicom_file.hpp"
#include "frame_decoder.hpp"
#include "pixel_layout.hpp"
#include "rescale.hpp"

namespace jcs::imaging {

DicomFrame read_dicom_frame(const std::filesystem::path& file, int frame) {
  const DicomFile dicom(file);
  const PixelLayout layout = pixel_layout(dicom);
  const Rescale rescale = rescale_of(dicom, frame);
  const std::vector<std::int32_t> stored = decode_frame(dicom, layout, frame);

  DicomFrame result;
  result.rows = layout.rows;
  result.columns = layout.columns;
  result.frames = layout.frames;
  result.rescaled = rescale.stated;
  result.modality = dicom.text(DCM_Modality);
  result.transfer_syntax = dicom.transfer_syntax_uid();
  result.values.resize(stored.size());
  std::transform(stored.begin(), stored.end(), result.values.begin(),
                 [&](std::int32_t value) { return rescale.slope * value + rescale.intercept; });
  return result;
}

}  // namespace jcs::imaging
