#include "jcs/imaging/dicom_bytes.hpp"

#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcostrmb.h>

#include "jcs/core/error.hpp"

namespace jcs::imaging {

std::string dicom_bytes(DcmFileFormat& format, const std::filesystem::path& file,
                        bool jpeg_lossless) {
  std::vector<char> piece(std::size_t{1} << 16);
  DcmOutputBufferStream stream(piece.data(), static_cast<offile_off_t>(piece.size()));
  std::string bytes;
  format.transferInit();
  OFCondition state = EC_StreamNotifyClient;
  while (state == EC_StreamNotifyClient) {
    state = format.write(stream, jpeg_lossless ? EXS_JPEGProcess14SV1 : EXS_LittleEndianExplicit,
                         EET_UndefinedLength, nullptr, EGL_recalcGL, EPD_noChange, 0, 0, 0,
                         EWM_fileformat);
    void* written = nullptr;
    offile_off_t length = 0;
    stream.flushBuffer(written, length);
    bytes.append(static_cast<const char*>(written), static_cast<std::size_t>(length));
  }
  format.transferEnd();
  if (state.bad()) {
    throw OutputError({std::string("cannot be written: ") + state.text(), file.string()});
  }
  return bytes;
}

}  // namespace jcs::imaging
