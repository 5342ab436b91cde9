#pragma once

namespace jcs::imaging {

/// Readies DCMTK and GDCM: registers DCMTK's decoders, silences both libraries' own logging (errors
/// reach the user as exceptions). Costs nothing after the first call; may be called from any
/// thread.
void prepare_dicom();

}  // namespace jcs::imaging
