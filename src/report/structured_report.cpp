#include "jcs/report/structured_report.hpp"

#include <span>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmsr/cmr/tid1500.h>
#include <dcmtk/dcmsr/dsrdoc.h>

#include "jcs/core/hash.hpp"
#include "jcs/imaging/dicom_runtime.hpp"
#include "jcs/imaging/uid.hpp"
#include "jcs/report/options.hpp"

#include "consistency.hpp"
#include "dicom_output.hpp"
#include "source_identity.hpp"
#include "source_uids.hpp"
#include "structured_report_codes.hpp"
#include "structured_report_groups.hpp"
#include "structured_report_library.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using imaging::CtVolume;

using Report = TID1500_MeasurementReport;

constexpr const char* kSeriesNumber = "9002";

std::optional<DSRImageReferenceValue> segment_of(const std::optional<WrittenObject>& object,
                                                 std::optional<int> WrittenObject::*number) {
  if (!object || !((*object).*number)) {
    return std::nullopt;
  }
  DSRImageReferenceValue reference(object->sop_class_uid.c_str(), object->sop_instance_uid.c_str());
  reference.getSegmentList().addItem(static_cast<Uint16>(*((*object).*number)));
  return reference;
}

GroupReferences references_of(const SourceUids& uids,
                              const std::optional<WrittenObject>& segmentation,
                              const std::string& seed) {
  GroupReferences references;
  references.seed = seed;
  references.series_uid = uids.series_uid;
  for (const SourceImage& image : uids.images) {
    DSRImageReferenceValue& reference =
        references.images.emplace_back(image.sop_class_uid.c_str(), image.sop_instance_uid.c_str());
    if (image.frame > 0) {
      reference.getFrameList().addItem(image.frame);
    }
  }
  references.opacity_segment = segment_of(segmentation, &WrittenObject::opacity_segment);
  references.lungs_segment = segment_of(segmentation, &WrittenObject::lungs_segment);
  return references;
}

void add_text(Report& report, const DSRCodedEntryValue& name, const std::string& text) {
  if (!text.empty()) {
    check(report.addQualitativeEvaluation(name, text.c_str()));
  }
}

/// What readers must know, in words.
void add_texts(Report& report, const CaseResult& result) {
  add_text(report, codes::own("notice", "Notice"), kResearchNotice);
  for (const diagnosis::Concern& concern : result.concerns) {
    add_text(report, codes::own("concern", "What speaks against a verdict"), concern.text);
  }
  add_text(report, codes::own("no_lungs", "Why no lungs were found"), result.findings.no_lungs);
  for (const std::string& warning : result.warnings) {
    add_text(report, codes::own("warning", "Warning"), warning);
  }
  for (const diagnosis::WeightsUsed& weights : result.weights) {
    add_text(report, codes::own("weights", "Weights of a network"),
             weights.role + ": " + weights.architecture + ", SHA-256 " + weights.sha256);
  }
}

void add_observer(Report& report) {
  const std::string uid = imaging::uid_from("jcs " JCS_VERSION);
  check(report.getObservationContext().addDeviceObserver(uid.c_str(), "jcs", "jcs",
                                                         "jcs " JCS_VERSION));
}

void add_evidence(DSRDocument& document, const SourceUids& uids,
                  const std::optional<WrittenObject>& segmentation) {
  DSRSOPInstanceReferenceList& evidence = document.getCurrentRequestedProcedureEvidence();
  for (const SourceImage& image : uids.images) {
    check(evidence.addItem(uids.study_uid.c_str(), uids.series_uid.c_str(),
                           image.sop_class_uid.c_str(), image.sop_instance_uid.c_str()));
  }
  if (segmentation) {
    check(evidence.addItem(uids.study_uid.c_str(), segmentation->series_uid.c_str(),
                           segmentation->sop_class_uid.c_str(),
                           segmentation->sop_instance_uid.c_str()));
  }
}

/// All that decides what the report says; not how long it took.
std::string content_of(const CaseResult& result, const SourceUids& uids,
                       const std::optional<WrittenObject>& segmentation) {
  std::string text = uids.series_uid + uids.images.front().sop_instance_uid +
                     (segmentation ? segmentation->sop_instance_uid : "") +
                     diagnosis::to_text(result.verdict) + std::to_string(result.threshold);
  for (const diagnosis::SliceResult& slice : result.slices) {
    text += " " + decimal_string(slice.probability);
  }
  for (const diagnosis::WeightsUsed& weights : result.weights) text += weights.sha256;
  return text + sha256(std::as_bytes(std::span(result.opacity_mask))) +
         sha256(std::as_bytes(std::span(result.lung_mask)));
}

/// In place of what DCMTK made up: its own UIDs and the time of writing.
void put_object(DcmItem& dataset, const ObjectIdentity& identity) {
  const auto put = [&](const DcmTagKey& tag, const std::string& text) {
    check(dataset.putAndInsertString(tag, text.c_str()));
  };
  put(DCM_SOPInstanceUID, identity.sop_instance_uid);
  put(DCM_SeriesInstanceUID, identity.series_uid);
  put(DCM_ContentDate, identity.date);
  put(DCM_ContentTime, identity.time);
  put(DCM_SeriesDate, identity.date);
  put(DCM_SeriesTime, identity.time);
  put(DCM_InstanceCreationDate, identity.date);
  put(DCM_InstanceCreationTime, identity.time);
  dataset.findAndDeleteElement(DCM_FrameOfReferenceUID);  // a report has no place of its own
  dataset.findAndDeleteElement(DCM_PositionReferenceIndicator);
}

void fill_report(Report& report, const CaseResult& result, const CtVolume& volume,
                 const SourceUids& uids, const GroupReferences& references) {
  check(report.setLanguage(CID5000_Languages::English));
  add_observer(report);
  check(report.addProcedureReported(codes::ct_of_chest()));
  add_image_library(report, volume, uids);
  add_groups(report, result, references);
  add_texts(report, result);
}

}  // namespace

void write_structured_report(const std::filesystem::path& file, const CaseResult& result,
                             const CtVolume& volume,
                             const std::optional<WrittenObject>& segmentation,
                             const DicomOptions& options) {
  require_consistent(result, volume);
  imaging::prepare_dicom();
  const SourceUids uids = source_uids(volume);
  const ObjectIdentity identity =
      object_identity("structured report", content_of(result, uids, segmentation), options);
  Report report(CID7021_MeasurementReportDocumentTitles::ImagingMeasurementReport);
  fill_report(report, result, volume, uids,
              references_of(uids, segmentation, identity.sop_instance_uid));
  DSRDocument document;
  check(document.setTreeFromRootTemplate(report));
  check(document.getCodingSchemeIdentification().addItem(
      codes::kScheme, imaging::uid_from("jcs coding scheme").c_str(), "Concepts of jcs"));
  check(document.createNewSeriesInStudy(uids.study_uid.c_str()));
  check(document.setSpecificCharacterSet("ISO_IR 192"));
  check(document.setSeriesNumber(kSeriesNumber));
  check(document.setSeriesDescription("jcs report"));
  check(document.setInstanceNumber("1"));
  check(document.setManufacturer("jcs"));
  check(document.setManufacturerModelName("jcs"));
  check(document.setSoftwareVersions(JCS_VERSION));
  add_evidence(document, uids, segmentation);
  check(document.completeDocument());
  DcmFileFormat format;
  DcmDataset& dataset = *format.getDataset();
  check(document.write(dataset));
  put_identity(dataset, volume, uids);
  put_object(dataset, identity);
  write_dicom(file, format);
}

}  // namespace jcs::report
