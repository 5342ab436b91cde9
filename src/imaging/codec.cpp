#include "codec.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include "jcs/imaging/dicom_runtime.hpp"
#include "jcs/imaging/limits.hpp"

#include "jpeg2000.hpp"

namespace jcs::imaging {
namespace {

/// A fragment of even length, as DICOM wants it.
std::unique_ptr<DcmPixelItem> fragment_of(std::string_view bytes) {
  std::vector<Uint8> even(bytes.begin(), bytes.end());
  if (even.size() % 2 != 0) even.push_back(0);
  auto item = std::make_unique<DcmPixelItem>(DCM_PixelItemTag);
  if (!even.empty()) item->putUint8Array(even.data(), static_cast<unsigned long>(even.size()));
  return item;
}

void put(DcmDataset& data, const DcmTagKey& tag, int value) {
  data.putAndInsertUint16(tag, static_cast<Uint16>(value));
}

/// DCMTK's decoders read the layout from the dataset around the pixels.
void describe(const PixelLayout& layout, DcmDataset& data) {
  put(data, DCM_SamplesPerPixel, 1);
  data.putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME2");
  put(data, DCM_Rows, layout.rows);
  put(data, DCM_Columns, layout.columns);
  put(data, DCM_BitsAllocated, layout.bits_allocated);
  put(data, DCM_BitsStored, layout.bits_stored);
  put(data, DCM_HighBit, layout.high_bit);
  put(data, DCM_PixelRepresentation, layout.is_signed ? 1 : 0);
}

std::string decode_by_dcmtk(const CompressedFrame& frame, std::span<std::uint16_t> pixels) {
  DcmDataset data;
  describe(frame.layout, data);
  auto sequence = std::make_unique<DcmPixelSequence>(DCM_PixelSequenceTag);
  sequence->insert(fragment_of({}).release());  // an empty table of offsets
  sequence->insert(fragment_of(frame.bytes).release());
  auto* element = new DcmPixelData(DCM_PixelData);
  element->putOriginalRepresentation(frame.syntax, nullptr, sequence.release());
  data.insert(element, OFTrue);  // which owns it from here on

  // One word per pixel is enough for either depth. DCMTK wants an even number of bytes.
  const std::size_t bytes = frame.layout.frame_bytes() + frame.layout.frame_bytes() % 2;
  Uint32 fragment = 0;
  OFString colour_model;
  std::vector<std::uint8_t> narrow(frame.layout.bits_allocated == 8 ? bytes : 0);
  void* buffer = narrow.empty() ? static_cast<void*>(pixels.data()) : narrow.data();
  const OFCondition status = element->getUncompressedFrame(
      &data, 0, fragment, buffer, static_cast<Uint32>(bytes), colour_model);
  if (status.bad()) return status.text();
  if (!narrow.empty()) std::copy_n(narrow.begin(), pixels.size(), pixels.begin());
  return {};
}

/// Whether a file begins like one of the kinds that are read. OpenCV knows dozens more, and hands
/// what looks like them to GDAL and GDCM.
bool begins_like_picture(std::span<const std::uint8_t> bytes) {
  using namespace std::string_view_literals;
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()),
                              std::min<std::size_t>(bytes.size(), 8));
  return head == "\x89PNG\r\n\x1A\n"sv || head.starts_with("\xFF\xD8\xFF"sv) ||
         head.starts_with("BM"sv) || head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv);
}

}  // namespace

bool is_jpeg2000(E_TransferSyntax syntax) {
  return syntax == EXS_JPEG2000LosslessOnly || syntax == EXS_JPEG2000;
}

std::string decode_codestream(const CompressedFrame& frame, std::span<std::uint16_t> pixels) {
  prepare_dicom();
  if (!is_jpeg2000(frame.syntax)) return decode_by_dcmtk(frame, pixels);
  return decode_jpeg2000(frame.bytes, pixels) ? std::string()
                                              : std::string("damaged JPEG 2000 codestream");
}

std::string decode_picture_file(std::span<const std::uint8_t> bytes, cv::Mat& picture) {
  static const auto silenced =
      cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  static_cast<void>(silenced);
  picture.release();
  if (bytes.empty()) return "it is empty";
  if (!begins_like_picture(bytes)) return "damaged, or none of these";
  try {
    const cv::Mat view(1, static_cast<int>(bytes.size()), CV_8UC1,
                       const_cast<std::uint8_t*>(bytes.data()));  // OpenCV only reads it
    picture = cv::imdecode(view, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& error) {
    picture.release();
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
  }
  return picture.empty() ? "damaged, or none of these" : std::string();
}

}  // namespace jcs::imaging
