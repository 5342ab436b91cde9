#include "jcs/report/structured_report.hpp"

#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmsr/cmr/tid1500.h>
#include <dcmtk/dcmsr/dsrdoc.h>

#include "jcs/core/text.hpp"
#include "jcs/imaging/dicom_runtime.hpp"
#include "jcs/imaging/uid.hpp"
#include "jcs/report/options.hpp"
#include "jcs/report/segmentation_object.hpp"

#include "dicom_output.hpp"
#include "format.hpp"
#include "identity.hpp"
#include "source_identity.hpp"
#include "source_uids.hpp"
#include "structured_report_codes.hpp"
#include "structured_report_groups.hpp"
#include "structured_report_library.hpp"
#include "structured_report_quantities.hpp"
#include "uid_stand_ins.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using imaging::CtVolume;

using Report = TID1500_MeasurementReport;

constexpr const char* kReportSeriesNumber = "9002";  // far from those of scanners

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
                              const ObjectIdentity& identity) {
  GroupReferences references;
  references.report = identity;
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
  // A text of blanks alone is none to DCMTK.
  const std::string clean(trimmed(clean_text(text)));
  if (!clean.empty()) {
    check(report.addQualitativeEvaluation(name, clean.c_str()));
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
    if (is_concern(result, warning)) continue;
    // A warning may cite a path of this machine, and files of other patients beside the study.
    add_text(report, codes::own("warning", "Warning"), without_citations(warning));
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

void fill_report(Report& report, const CaseResult& result, const CtVolume& volume,
                 const SourceUids& uids, const GroupReferences& references) {
  check(report.setLanguage(CID5000_Languages::English));
  add_observer(report);
  check(report.addProcedureReported(codes::ct_of_chest()));
  add_image_library(report, volume, uids);
  add_groups(report, result, references);
  add_texts(report, result);
}

/// All that is said, for UIDs that follow from it.
std::string content_of(const CaseResult& result, const CtVolume& volume, const SourceUids& uids,
                       const std::optional<WrittenObject>& segmentation) {
  std::string text = source_text(volume, uids) + JCS_VERSION + "\n" + to_text(result.verdict);
  const auto add = [&](const std::string& part) { text += "\n" + part; };
  const auto add_all = [&](const Quantities& all) {
    for (const Quantity& quantity : all) add(jcs::to_text(quantity.value));
  };
  add(segmentation ? segmentation->sop_instance_uid : "");
  add_all(series_quantities(result));
  add_all(opacity_quantities(result));
  add_all(lungs_quantities(result));
  for (const diagnosis::LungFinding& lung : result.findings.lungs) add_all(quantities(lung));
  for (const diagnosis::Lesion& lesion : result.findings.lesions) {
    add_all(quantities(lesion));
    add(std::to_string(lesion.largest_slice));
    add(lesion.side ? to_text(*lesion.side) : "");
    add(lesion.third ? to_text(*lesion.third) : "");
    add(lesion.depth ? to_text(*lesion.depth) : "");
  }
  for (const diagnosis::Concern& concern : result.concerns) add(concern.text);
  add(result.findings.no_lungs);
  for (const std::string& warning : result.warnings) add(without_citations(warning));
  for (const diagnosis::WeightsUsed& weights : result.weights) {
    add(weights.role + " " + weights.architecture + " " + weights.sha256);
  }
  return text;
}

/// What DCMTK made up anew, and the identity of patient and study.
void put_own_identity(DcmDataset& dataset, const CtVolume& volume, const SourceUids& uids,
                      const ObjectIdentity& identity) {
  put_identity(dataset, volume, uids);
  // Of the images: a report lies in no frame of reference.
  delete dataset.remove(DCM_FrameOfReferenceUID);
  delete dataset.remove(DCM_PositionReferenceIndicator);
  const auto put = [&](const DcmTagKey& tag, const std::string& text) {
    check(dataset.putAndInsertString(tag, text.c_str()));
  };
  put(DCM_SeriesInstanceUID, identity.series_uid);
  put(DCM_SOPInstanceUID, identity.sop_instance_uid);
  for (const DcmTagKey& date : {DCM_SeriesDate, DCM_ContentDate, DCM_InstanceCreationDate}) {
    put(date, identity.date);
  }
  for (const DcmTagKey& time : {DCM_SeriesTime, DCM_ContentTime, DCM_InstanceCreationTime}) {
    put(time, identity.time);
  }
}

void fill_document(DSRDocument& document, Report& report, const SourceUids& uids,
                   const std::optional<WrittenObject>& segmentation) {
  check(document.setTreeFromRootTemplate(report));
  const std::string scheme_uid = imaging::uid_from("jcs coding scheme");
  check(document.getCodingSchemeIdentification().addItem(codes::kScheme, scheme_uid.c_str(),
                                                         "Concepts of jcs"));
  check(document.setSpecificCharacterSetType(DSRTypes::CS_UTF8));
  check(document.createNewSeriesInStudy(uids.study_uid.c_str()));
  check(document.setSeriesDescription("jcs structured report"));
  check(document.setSeriesNumber(kReportSeriesNumber));
  check(document.setInstanceNumber("1"));
  check(document.setManufacturer("jcs"));
  check(document.setManufacturerModelName("jcs"));
  check(document.setDeviceSerialNumber(JCS_VERSION));
  check(document.setSoftwareVersions(JCS_VERSION));
  add_evidence(document, uids, segmentation);
  check(document.completeDocument());
}

}  // namespace

std::optional<WrittenObject> write_structured_report(
    const std::filesystem::path& file, const CaseResult& result, const CtVolume& volume,
    const std::optional<WrittenObject>& segmentation, const DicomOptions& options) {
  if (!from_dicom(volume)) {
    return std::nullopt;
  }
  imaging::prepare_dicom();
  const SourceUids uids = source_uids(volume);
  const ObjectIdentity identity =
      object_identity("structured report", content_of(result, volume, uids, segmentation),
                      source_utc_offset(volume), options);
  Report report(CID7021_MeasurementReportDocumentTitles::ImagingMeasurementReport);
  const UidStandIns stand_ins(uids);
  fill_report(report, result, volume, stand_ins.uids(),
              references_of(stand_ins.uids(), segmentation, identity));
  DSRDocument document;
  fill_document(document, report, stand_ins.uids(), segmentation);

  DcmFileFormat format;
  DcmDataset& dataset = *format.getDataset();
  check(document.write(dataset));
  stand_ins.put_back(dataset);
  put_own_identity(dataset, volume, uids, identity);
  OFString sop_class;
  check(dataset.findAndGetOFString(DCM_SOPClassUID, sop_class));
  write_dicom(file, format);
  return WrittenObject{sop_class.c_str(), identity.sop_instance_uid, identity.series_uid, {}, {}};
}

}  // namespace jcs::report
