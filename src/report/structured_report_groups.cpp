#include "structured_report_groups.hpp"

#include <cmath>

#include "jcs/core/error.hpp"

#include "structured_report_codes.hpp"
#include "structured_report_quantities.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;

using Report = TID1500_MeasurementReport;
using Region = Report::TID1411_Measurements;
using Plain = Report::TID1501_Measurements;

constexpr const char* kAlgorithmName = "jcs";

template <class Group>
void track(Group& group, const GroupReferences& references, const std::string& name) {
  check(group.setTrackingIdentifier(name.c_str()));
  check(group.setTrackingUniqueIdentifier(inner_uid(references.report, name).c_str()));
}

void identify_algorithm(Region& group) {
  check(group.getMeasurement().setAlgorithmIdentification(kAlgorithmName, JCS_VERSION));
}
void identify_algorithm(Plain&) {}  // its template has no place for it

template <class Group>
void measure(Group& group, const Quantities& all) {
  for (const Quantity& quantity : all) {
    if (!std::isfinite(quantity.value)) {
      continue;
    }
    typename Group::MeasurementValue value(decimal_string(quantity.value).c_str(), quantity.unit);
    check(value.setFloatingPointRepresentation(quantity.value));
    check(group.addMeasurement(quantity.name, value));
    if (quantity.mean) {
      check(group.getMeasurement().setDerivation(
          CID7464_GeneralRegionOfInterestMeasurementModifiers::Mean));
    }
    identify_algorithm(group);
  }
}

template <class Group>
void fill_opacities(Group& group, const CaseResult& result, const GroupReferences& references) {
  track(group, references, "Opacities");
  check(group.setFinding(codes::opacity()));
  check(group.addFindingSite(codes::lung(), codes::both_sides()));
  measure(group, opacity_quantities(result));
  if (result.findings.severity) {
    check(group.addQualitativeEvaluation(codes::severity_name(),
                                         codes::severity(*result.findings.severity)));
  }
}

template <class Group>
void fill_lungs(Group& group, const CaseResult& result, const GroupReferences& references) {
  track(group, references, "Lungs");
  check(group.addFindingSite(codes::lung(), codes::both_sides()));
  measure(group, lungs_quantities(result));
}

Plain& new_plain(Report& report) {
  check(report.addIndividualMeasurements());
  return report.getIndividualMeasurements();
}

void add_item(Plain& group, DSRTypes::E_RelationshipType relation, DSRTypes::E_ValueType type,
              const DSRCodedEntryValue& name) {
  group.gotoRoot();
  check(group.addExtraContentItem(relation, type, DSRTypes::AM_belowCurrent));
  check(group.getCurrentContentItem().setConceptName(name));
}

void add_source(Plain& group, const DSRImageReferenceValue& image) {
  add_item(group, DSRTypes::RT_contains, DSRTypes::VT_Image, CODE_DCM_SourceOfMeasurement);
  check(group.getCurrentContentItem().setImageReference(image));
}

Region& new_region(Report& report, const DSRImageReferenceValue& segment,
                   const GroupReferences& references) {
  check(report.addVolumetricROIMeasurements());
  Region& group = report.getVolumetricROIMeasurements();
  check(group.setReferencedSegment(segment));
  check(group.setSourceSeriesForSegmentation(references.series_uid.c_str()));
  return group;
}

void add_series(Report& report, const CaseResult& result, const GroupReferences& references) {
  Plain& group = new_plain(report);
  track(group, references, "Series");
  check(group.addFindingSite(codes::lung(), codes::both_sides()));
  measure(group, series_quantities(result));
  check(group.addQualitativeEvaluation(codes::verdict_name(), codes::verdict(result.verdict)));
}

void add_opacities(Report& report, const CaseResult& result, const GroupReferences& references) {
  if (opacity_quantities(result).empty()) {
    return;
  }
  if (references.opacity_segment) {
    fill_opacities(new_region(report, *references.opacity_segment, references), result, references);
  } else {
    fill_opacities(new_plain(report), result, references);
  }
}

void add_lungs(Report& report, const CaseResult& result, const GroupReferences& references) {
  if (lungs_quantities(result).empty()) {
    return;
  }
  if (references.lungs_segment) {
    fill_lungs(new_region(report, *references.lungs_segment, references), result, references);
  } else {
    fill_lungs(new_plain(report), result, references);
  }
  for (const diagnosis::LungFinding& lung : result.findings.lungs) {
    Plain& group = new_plain(report);
    track(group, references, lung.side == diagnosis::Side::kRight ? "Right lung" : "Left lung");
    check(group.addFindingSite(codes::lung(), codes::side(lung.side)));
    measure(group, quantities(lung));
  }
}

void add_lesion(Report& report, const diagnosis::Lesion& lesion,
                const GroupReferences& references) {
  Plain& group = new_plain(report);
  track(group, references, "Opacity " + std::to_string(lesion.number));
  check(group.setFinding(codes::opacity()));
  if (lesion.side) {
    check(group.addFindingSite(codes::lung(), codes::side(*lesion.side),
                               lesion.third ? codes::third(*lesion.third) : DSRCodedEntryValue()));
  }
  measure(group, quantities(lesion));
  if (lesion.depth) {
    check(group.addQualitativeEvaluation(codes::depth_name(), codes::depth(*lesion.depth)));
  }
  if (lesion.largest_slice < references.images.size()) {
    add_source(group, references.images[lesion.largest_slice]);
  }
}

}  // namespace

void check(const OFCondition& condition) {
  if (condition.bad()) {
    throw OutputError(
        {.what = "the structured report cannot be made: " + std::string(condition.text())});
  }
}

void add_groups(Report& report, const CaseResult& result, const GroupReferences& references) {
  add_series(report, result, references);
  add_opacities(report, result, references);
  add_lungs(report, result, references);
  for (const diagnosis::Lesion& lesion : result.findings.lesions) {
    add_lesion(report, lesion, references);
  }
}

}  // namespace jcs::report
