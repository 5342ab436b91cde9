#include "jcs/report/segmentation_object.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcvrcs.h>
#include <dcmtk/dcmdata/dcvrds.h>
#include <dcmtk/dcmiod/iodmacro.h>
#include <dcmtk/dcmseg/segdoc.h>
#include <dcmtk/dcmseg/segment.h>

#include "jcs/core/hash.hpp"
#include "jcs/core/log.hpp"
#include "jcs/imaging/dicom_runtime.hpp"

#include "consistency.hpp"
#include "dicom_output.hpp"
#include "segmentation_frames.hpp"
#include "source_identity.hpp"
#include "source_uids.hpp"
#include "uid_stand_ins.hpp"

namespace jcs::report {

namespace {

using imaging::CtVolume;
using Mask = std::vector<std::uint8_t>;

constexpr const char* kSegmentationSeriesNumber = "9001";
constexpr long kAppend = -2;  // DCMTK's word for a new item behind the others

struct Code {
  const char *value, *scheme, *meaning;

  [[nodiscard]] CodeSequenceMacro macro() const { return {value, scheme, meaning}; }
};

/// What a segment is called and how it is shown.
struct Kind {
  const char* label;
  Code category, type;
  std::array<double, 3> lab;  ///< colour, CIE L*a*b*
};

constexpr Kind kOpacity{"Opacity",
                        {"49755003", "SCT", "Morphologically Abnormal Structure"},
                        {"112001", "DCM", "Opacity"},
                        {69.0, 42.0, 60.0}};
constexpr Kind kLungs{"Lungs",
                      {"123037004", "SCT", "Anatomical Structure"},
                      {"39607008", "SCT", "Lung"},
                      {80.0, -30.0, -20.0}};
constexpr Code kLung{"39607008", "SCT", "Lung"};
constexpr Code kBothSides{"51440002", "SCT", "Right and left"};
constexpr Code kAlgorithmFamily{"123110", "DCM", "Artificial Intelligence"};
constexpr Code kHistogram{"123105", "DCM", "Histogram Analysis"};

bool holds_any(const Mask& mask) {
  return std::any_of(mask.begin(), mask.end(), [](std::uint8_t value) { return value != 0; });
}

Uint16 lab16(double value, double lowest, double span) {
  return static_cast<Uint16>(std::lround((value - lowest) / span * 65535.0));
}

void describe(DcmSegment& segment, const Kind& kind, const std::filesystem::path& file) {
  constexpr double kLightness = 100.0;
  constexpr double kLeast = -128.0;
  constexpr double kSpan = 255.0;
  require_good(segment.setRecommendedDisplayCIELabValue(lab16(kind.lab[0], 0, kLightness),
                                                        lab16(kind.lab[1], kLeast, kSpan),
                                                        lab16(kind.lab[2], kLeast, kSpan)),
               file);
  const bool opacity = &kind == &kOpacity;
  if (opacity) {
    require_good(segment.getGeneralAnatomyCode().getAnatomicRegion().set(kLung.value, kLung.scheme,
                                                                         kLung.meaning),
                 file);
  } else {
    segment.getSegmentedPropertyTypeModifierCode().push_back(
        new CodeSequenceMacro(kBothSides.macro()));  // the segment deletes it
  }
  AlgorithmIdentificationMacro& algorithm = segment.getSegmentationAlgorithmIdentification();
  const Code& family = opacity ? kAlgorithmFamily : kHistogram;
  require_good(algorithm.getAlgorithmFamilyCode().set(family.value, family.scheme, family.meaning),
               file);
  require_good(algorithm.setAlgorithmName(opacity ? "jcs" : "jcs lungs"), file);
  require_good(algorithm.setAlgorithmVersion(JCS_VERSION), file);
}

class Writer {
 public:
  Writer(const std::filesystem::path& file, const CtVolume& volume, const ObjectIdentity& identity,
         std::vector<std::uint32_t> numbers)
      : file_(file),
        volume_(volume),
        uids_(source_uids(volume)),
        stand_ins_(uids_),
        identity_(identity),
        numbers_(std::move(numbers)) {
    const IODGeneralEquipmentModule::EquipmentInfo equipment("jcs", "jcs", "none", JCS_VERSION);
    const ContentIdentificationMacro content("1", "JCS", "Opacities and lungs found by jcs",
                                             "jcs^");
    DcmSegmentation* made = nullptr;
    require_good(DcmSegmentation::createBinarySegmentation(made, static_cast<Uint16>(volume.rows),
                                                           static_cast<Uint16>(volume.columns),
                                                           equipment, content),
                 file);
    object_.reset(made);
    // The identity goes in at the end: DCMTK refuses values that break DICOM's rules, which
    // scanners and anonymisers write all the same.
    require_good(object_->getStudy().setStudyInstanceUID(stand_ins_.uids().study_uid.c_str()),
                 file);
    require_good(object_->getFrameOfReference().setFrameOfReferenceUID(
                     stand_ins_.uids().frame_of_reference_uid.c_str()),
                 file);
    add_shared_groups(*object_, volume, file);
    add_dimensions();
    require_good(object_->getSeries().setSeriesInstanceUID(identity.series_uid.c_str()), file);
    require_good(object_->getSeries().setSeriesNumber(kSegmentationSeriesNumber), file);
    require_good(object_->getSeries().setSeriesDescription("jcs segmentation"), file);
    require_good(object_->getSOPCommon().setSOPInstanceUID(identity.sop_instance_uid.c_str()),
                 file);
  }

  int add_segment(const Kind& kind, const Mask& mask) {
    DcmSegment* made = nullptr;
    require_good(
        DcmSegment::create(made, kind.label, kind.category.macro(), kind.type.macro(),
                           DcmSegTypes::SAT_AUTOMATIC, &kind == &kOpacity ? "jcs" : "jcs lungs"),
        file_);
    std::unique_ptr<DcmSegment> segment(made);
    describe(*segment, kind, file_);
    Uint16 number = 0;
    require_good(object_->addSegment(segment.get(), number), file_);
    static_cast<void>(segment.release());  // the object owns it now
    add_frames(*object_, packed_, number, mask, numbers_, volume_, stand_ins_.uids(), file_);
    return number;
  }

  void write() {
    DcmFileFormat format;
    DcmDataset& dataset = *format.getDataset();
    require_good(object_->writeDataset(dataset), file_);
    stand_ins_.put_back(dataset);
    // What DCMTK fills in with the time of writing.
    const auto put = [&](const DcmTagKey& tag, const std::string& text) {
      require_good(dataset.putAndInsertString(tag, text.c_str()), file_);
    };
    put(DCM_ContentDate, identity_.date);
    put(DCM_ContentTime, identity_.time);
    put(DCM_SeriesDate, identity_.date);
    put(DCM_SeriesTime, identity_.time);
    put(DCM_InstanceCreationDate, identity_.date);
    put(DCM_InstanceCreationTime, identity_.time);
    put_identity(dataset, volume_, uids_);
    put_references(dataset);
    put_compression(dataset);
    // DCMTK 3.6.7 misplaces frames whose pixels do not fill whole bytes.
    const std::vector<std::uint8_t> pixels = packed_.bytes();
    require_good(dataset.putAndInsertUint8Array(DCM_PixelData, pixels.data(), pixels.size()),
                 file_);
    write_dicom(file_, format);
  }

 private:
  /// The images that the frames refer to: all of the series, since all were looked at.
  void put_references(DcmItem& dataset) {
    DcmItem* series = nullptr;
    require_good(dataset.findOrCreateSequenceItem(DCM_ReferencedSeriesSequence, series, 0), file_);
    require_good(series->putAndInsertString(DCM_SeriesInstanceUID, uids_.series_uid.c_str()),
                 file_);
    std::set<std::string> named;
    for (const SourceImage& image : uids_.images) {
      if (!named.insert(image.sop_instance_uid).second) continue;
      DcmItem* item = nullptr;
      require_good(series->findOrCreateSequenceItem(DCM_ReferencedInstanceSequence, item, kAppend),
                   file_);
      require_good(item->putAndInsertString(DCM_ReferencedSOPClassUID, image.sop_class_uid.c_str()),
                   file_);
      require_good(
          item->putAndInsertString(DCM_ReferencedSOPInstanceUID, image.sop_instance_uid.c_str()),
          file_);
    }
  }

  /// What is made of lossily compressed images counts as such (DICOM PS3.3, C.7.6.1.1.5). Values
  /// that DICOM does not allow are left out.
  void put_compression(DcmItem& dataset) {
    const auto lossy = [](const imaging::SliceInfo& slice) { return slice.lossy.has_value(); };
    if (std::none_of(volume_.slices.begin(), volume_.slices.end(), lossy)) return;
    require_good(dataset.putAndInsertString(DCM_LossyImageCompression, "01"), file_);
    for (const imaging::SliceInfo& slice : volume_.slices) {
      if (!slice.lossy || slice.lossy->ratio.empty() || slice.lossy->method.empty()) continue;
      const OFString ratio = slice.lossy->ratio.c_str();
      const OFString method = slice.lossy->method.c_str();
      if (DcmDecimalString::checkStringValue(ratio, "1-n").bad() ||
          DcmCodeString::checkStringValue(method, "1-n").bad()) {
        continue;
      }
      require_good(dataset.putAndInsertOFStringArray(DCM_LossyImageCompressionRatio, ratio), file_);
      require_good(dataset.putAndInsertOFStringArray(DCM_LossyImageCompressionMethod, method),
                   file_);
      return;
    }
  }

  void add_dimensions() {
    const std::string uid = inner_uid(identity_, "dimensions");
    IODMultiframeDimensionModule& dimensions = object_->getDimensions();
    require_good(dimensions.addDimensionIndex(DCM_ReferencedSegmentNumber, uid.c_str(),
                                              DCM_SegmentIdentificationSequence, "Segment"),
                 file_);
    require_good(dimensions.addDimensionIndex(DCM_ImagePositionPatient, uid.c_str(),
                                              DCM_PlanePositionSequence, "Position"),
                 file_);
  }

  const std::filesystem::path& file_;
  const CtVolume& volume_;
  SourceUids uids_;
  UidStandIns stand_ins_;  ///< for uids_, as long as DCMTK builds the object
  ObjectIdentity identity_;
  std::vector<std::uint32_t> numbers_;  ///< of the slices, as frames count them
  std::unique_ptr<DcmSegmentation> object_;
  PackedFrames packed_;
};

std::string content_of(const diagnosis::CaseResult& result, const CtVolume& volume,
                       const SourceUids& uids) {
  return source_text(volume, uids) + sha256(std::as_bytes(std::span(result.opacity_mask))) +
         sha256(std::as_bytes(std::span(result.lung_mask))) + JCS_VERSION;
}

}  // namespace

std::optional<WrittenObject> write_segmentation(const std::filesystem::path& file,
                                                const diagnosis::CaseResult& result,
                                                const CtVolume& volume,
                                                const DicomOptions& options) {
  require_consistent(result, volume);
  const bool opacity = holds_any(result.opacity_mask);
  const bool lungs = holds_any(result.lung_mask);
  if (!from_dicom(volume) || (!opacity && !lungs)) return std::nullopt;
  if (!(volume.pixel_area_mm2() > 0) || !volume.placed()) {
    log().warn("no DICOM segmentation is written: it is not known where the slices lie.");
    return std::nullopt;
  }
  if (!volume.oriented()) {
    log().warn(
        "no DICOM segmentation is written: the files do not say which way the slices lie (Image "
        "Orientation (Patient)), which it would have to.");
    return std::nullopt;
  }
  imaging::prepare_dicom();
  const ObjectIdentity identity =
      object_identity("segmentation", content_of(result, volume, source_uids(volume)),
                      source_utc_offset(volume), options);
  const std::array<std::span<const std::uint8_t>, 2> masks = {result.opacity_mask,
                                                              result.lung_mask};
  Writer writer(file, volume, identity, frame_numbers(volume, masks));
  WrittenObject written{.sop_class_uid = UID_SegmentationStorage,
                        .sop_instance_uid = identity.sop_instance_uid,
                        .series_uid = identity.series_uid,
                        .opacity_segment = std::nullopt,
                        .lungs_segment = std::nullopt};
  if (opacity) written.opacity_segment = writer.add_segment(kOpacity, result.opacity_mask);
  if (lungs) written.lungs_segment = writer.add_segment(kLungs, result.lung_mask);
  writer.write();
  return written;
}

std::vector<std::string> dicom_warnings(const CtVolume& volume) {
  if (!from_dicom(volume)) return {};
  std::vector<std::string> warnings = source_uids(volume).warnings;
  if (std::optional<std::string> warning = identity_warning(volume)) {
    warnings.push_back(std::move(*warning));
  }
  return warnings;
}

}  // namespace jcs::report
