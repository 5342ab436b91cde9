#include "slice_header.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcuid.h>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

#include "dicom_file.hpp"
#include "pixel_layout.hpp"
#include "vector3.hpp"

namespace jcs::imaging {
namespace {

std::shared_ptr<const SeriesInfo> series_info(const DicomFile& file) {
  DcmDataset& data = file.dataset();
  SeriesInfo info;
  info.patient_id = file.text(DCM_PatientID);
  info.patient_name = file.text(DCM_PatientName);
  info.patient_sex = file.text(DCM_PatientSex);
  info.patient_age = file.text(DCM_PatientAge);
  info.study_uid = file.text(DCM_StudyInstanceUID);
  info.study_date = file.text(DCM_StudyDate);
  info.study_description = file.text(DCM_StudyDescription);
  info.accession_number = file.text(DCM_AccessionNumber);
  info.series_uid = file.text(DCM_SeriesInstanceUID);
  info.series_description = file.text(DCM_SeriesDescription);
  info.frame_of_reference_uid = file.text(DCM_FrameOfReferenceUID);
  info.series_number = whole_number(data, DCM_SeriesNumber).value_or(0);
  info.modality = file.text(DCM_Modality);
  info.manufacturer = file.text(DCM_Manufacturer);
  info.model = file.text(DCM_ManufacturerModelName);
  info.convolution_kernel = file.text(DCM_ConvolutionKernel);
  info.body_part = file.text(DCM_BodyPartExamined);
  info.image_type = file.text(DCM_ImageType);
  info.slice_thickness_mm = std::max(0.0, number(data, DCM_SliceThickness).value_or(0.0));
  info.kvp = std::max(0.0, number(data, DCM_KVP).value_or(0.0));
  return std::make_shared<const SeriesInfo>(std::move(info));
}

std::optional<Vec3> vector_at(const std::vector<double>& values, std::size_t at) {
  return Vec3{values[at], values[at + 1], values[at + 2]};
}

/// What a frame's group of one kind says, or, where there is none, that nothing does.
using ReadGroup = void (*)(DcmItem* group, const SliceHeader& common, SliceHeader& header);

void read_position(DcmItem* item, const SliceHeader& /*common*/, SliceHeader& header) {
  header.position.reset();
  if (item == nullptr) return;
  const auto values = numbers(*item, DCM_ImagePositionPatient);
  if (values && values->size() == 3) header.position = vector_at(*values, 0);
}

void read_orientation(DcmItem* item, const SliceHeader& /*common*/, SliceHeader& header) {
  header.row_direction.reset();
  header.column_direction.reset();
  if (item == nullptr) return;
  const auto values = numbers(*item, DCM_ImageOrientationPatient);
  if (!values || values->size() != 6) return;
  const Vec3 row = *vector_at(*values, 0);
  const Vec3 column = *vector_at(*values, 3);
  // Directions that are not perpendicular describe no picture.
  if (length(row) < 0.5 || length(column) < 0.5 || std::abs(dot(unit(row), unit(column))) > 0.01) {
    return;
  }
  header.row_direction = unit(row);
  header.column_direction = unit(column);
}

void read_spacing(DcmItem* item, const SliceHeader& /*common*/, SliceHeader& header) {
  header.thickness_mm = header.row_spacing_mm = header.column_spacing_mm = 0.0;
  if (item == nullptr) return;
  header.thickness_mm = std::max(0.0, number(*item, DCM_SliceThickness).value_or(0.0));
  const auto values = numbers(*item, DCM_PixelSpacing);
  if (values && values->size() == 2 && (*values)[0] > 0.0 && (*values)[1] > 0.0) {
    // The first value is the distance between rows, the second between columns.
    header.row_spacing_mm = (*values)[0];
    header.column_spacing_mm = (*values)[1];
  }
}

/// What a frame says of itself; else it is of the file's type.
void read_frame_type(DcmItem* item, const SliceHeader& common, SliceHeader& header) {
  header.image_type = common.image_type;
  if (item == nullptr) return;
  std::string type = raw_text(*item, DCM_FrameType);
  if (!type.empty()) header.image_type = std::make_shared<const std::string>(std::move(type));
}

void read_rescale(DcmItem* item, const SliceHeader& common, SliceHeader& header) {
  header.names_slope = header.names_intercept = false;
  header.rescale_type = common.rescale_type;
  if (item == nullptr) return;
  header.names_slope = !raw_text(*item, DCM_RescaleSlope).empty();
  header.rescale_type = std::make_shared<const std::string>(raw_text(*item, DCM_RescaleType));
  header.names_intercept = !raw_text(*item, DCM_RescaleIntercept).empty();
}

/// What a frame says of itself; else it is of the file's acquisition.
void read_acquisition(DcmItem* item, const SliceHeader& common, SliceHeader& header) {
  header.acquisition_number = common.acquisition_number;
  header.temporal_position = common.temporal_position;
  if (item == nullptr) return;
  if (const auto number = whole_number(*item, DCM_FrameAcquisitionNumber)) {
    header.acquisition_number = number;
  }
  if (const auto position = whole_number(*item, DCM_TemporalPositionIndex)) {
    header.temporal_position = position;
  }
}

/// Reads the groups of frames, one after the other. Frames that share a group share what was read
/// from it.
class GroupReader {
 public:
  GroupReader(const DicomFile& file, const SliceHeader& common, bool places_frames)
      : file_(file), common_(common) {
    kinds_ = {{DCM_PixelValueTransformationSequence, read_rescale},
              {DCM_PlaneOrientationSequence, read_orientation},
              {DCM_PixelMeasuresSequence, read_spacing}};
    if (places_frames) kinds_.push_back({DCM_PlanePositionSequence, read_position});
    if (file.has_functional_groups()) {
      kinds_.push_back({DCM_CTImageFrameTypeSequence, read_frame_type});
      kinds_.push_back({DCM_FrameContentSequence, read_acquisition});
    }
  }

  /// `header` is that of the frame before.
  void read(int frame, SliceHeader& header) {
    for (Kind& kind : kinds_) {
      DcmItem* group = file_.group(kind.sequence, frame);
      if (kind.last == group) continue;
      kind.last = group;
      kind.read(group, common_, header);
    }
  }

 private:
  struct Kind {
    DcmTagKey sequence;
    ReadGroup read = nullptr;
    std::optional<DcmItem*> last = std::nullopt;
  };
  const DicomFile& file_;
  const SliceHeader& common_;
  std::vector<Kind> kinds_;
};

/// How a transfer syntax compresses, as files name it; null where it loses nothing.
const char* lossy_method(const std::string& syntax) {
  static const std::map<std::string, const char*> kMethods = {
      {UID_JPEGProcess1TransferSyntax, "ISO_10918_1"},
      {UID_JPEGProcess2_4TransferSyntax, "ISO_10918_1"},
      {UID_JPEGProcess6_8TransferSyntax, "ISO_10918_1"},
      {UID_JPEGProcess10_12TransferSyntax, "ISO_10918_1"},
      {UID_JPEGLSLossyTransferSyntax, "ISO_14495_1"},
      {UID_JPEG2000TransferSyntax, "ISO_15444_1"}};
  const auto method = kMethods.find(syntax);
  return method == kMethods.end() ? nullptr : method->second;
}

/// JPEG's processes of cosines always lose; the others may hold pixels without loss.
bool always_loses(const char* method) { return std::string_view(method) == "ISO_10918_1"; }

std::string compression_ratio(const DicomFile& file, const PixelLayout& layout) {
  double compressed = 0;
  for (DcmPixelItem* fragment : file.fragments().all()) compressed += fragment->getLengthField();
  if (!(compressed > 0)) return {};
  const double ratio = static_cast<double>(layout.frame_bytes()) * layout.frames / compressed;
  return to_text(std::round(100.0 * ratio) / 100.0);
}

std::optional<LossyCompression> lossy_compression(const DicomFile& file,
                                                  const PixelLayout& layout) {
  const std::string said = file.text(DCM_LossyImageCompression);
  const std::string syntax = file.transfer_syntax_uid();
  const char* method = lossy_method(syntax);
  const bool by_syntax = method != nullptr && (said.empty() || always_loses(method));
  if (said != "01" && !by_syntax) return std::nullopt;
  // Each frame keeps them, and nobody compresses a dozen times over.
  constexpr std::size_t kLongest = 256;
  const auto text = [&](const DcmTagKey& tag) {
    std::string whole = file.text(tag);
    return whole.size() <= kLongest ? whole : std::string();
  };
  LossyCompression lossy{text(DCM_LossyImageCompressionRatio),
                         text(DCM_LossyImageCompressionMethod)};
  if (method != nullptr && lossy.ratio.empty() && lossy.method.empty()) {
    lossy = {compression_ratio(file, layout), method};
  }
  return lossy;
}

/// Of a damaged file, whether it may be one.
bool is_ct_image(const DicomFile& file) {
  const std::string sop_class = file.sop_class_uid();
  if (sop_class.empty()) return !file.damage().empty() || file.text(DCM_Modality) == "CT";
  return sop_class == UID_CTImageStorage || sop_class == UID_EnhancedCTImageStorage ||
         sop_class == UID_LegacyConvertedEnhancedCTImageStorage;
}

/// Facts of the file that all its frames share.
SliceHeader common_header(const DicomFile& file) {
  DcmDataset& data = file.dataset();
  SliceHeader header;
  header.info.file = file.path();
  header.info.sop_class_uid = file.text(DCM_SOPClassUID);
  header.info.sop_instance_uid = file.text(DCM_SOPInstanceUID);
  header.series = series_info(file);
  header.image_type = std::make_shared<const std::string>(header.series->image_type);
  header.rescale_type = std::make_shared<const std::string>();
  if (const auto samples = short_number(data, DCM_SamplesPerPixel)) header.samples = *samples;
  header.gantry_tilt_deg = number(data, DCM_GantryDetectorTilt).value_or(0.0);
  header.slice_location = number(data, DCM_SliceLocation);
  header.instance_number = whole_number(data, DCM_InstanceNumber);
  header.acquisition_number = whole_number(data, DCM_AcquisitionNumber);
  header.temporal_position = whole_number(data, DCM_TemporalPositionIdentifier);
  return header;
}

}  // namespace

bool SliceHeader::is_localizer() const {
  return image_type->find("LOCALIZER") != std::string::npos ||
         image_type->find("SCOUT") != std::string::npos;
}

std::vector<SliceHeader> read_headers(const std::filesystem::path& path) {
  const DicomFile file(path);
  SliceHeader common = common_header(file);
  common.torn = !file.damage().empty() && is_ct_image(file);
  if (!has_pixels(file) && file.damage().empty()) {
    // It may have been cut between two elements, which DCMTK takes for the end.
    if (is_ct_image(file)) {
      throw InputError({.what = "is a CT image without pixel data", .where = path.string()});
    }
    return {};
  }

  PixelLayout layout;
  if (const auto rows = short_number(file.dataset(), DCM_Rows)) common.rows = *rows;
  if (const auto columns = short_number(file.dataset(), DCM_Columns)) common.columns = *columns;
  try {
    layout = pixel_layout(file);
    common.info.lossy = lossy_compression(file, layout);
  } catch (const InputError& error) {
    common.damage = error.what();
    layout.frames = 1;
  }

  std::vector<SliceHeader> headers;
  const bool places_frames = file.has_functional_groups() || layout.frames == 1;
  // One position cannot be that of several frames.
  if (!places_frames) common.slice_location.reset();
  GroupReader groups(file, common, places_frames);
  SliceHeader header = common;
  for (int frame = 0; frame < layout.frames; ++frame) {
    header.info.frame = frame;
    groups.read(frame, header);
    if (layout.frames > 1) header.instance_number = frame + 1;
    header.info.instance_number = header.instance_number.value_or(0);
    headers.push_back(header);
  }
  return headers;
}

}  // namespace jcs::imaging
