#include "json_findings.hpp"

#include "json_values.hpp"

namespace jcs::report {

namespace {

Json lung(const diagnosis::LungFinding& lung) {
  return {{"side", to_text(lung.side)},
          {"volume_ml", finite(lung.volume_ml)},
          {"opacity_ml", optional(lung.opacity_ml)},
          {"opacity_share", optional(lung.opacity_share)}};
}

Json lesion(const diagnosis::Lesion& lesion) {
  return {{"number", lesion.number},
          {"volume_ml", finite(lesion.volume_ml)},
          {"extent_mm", lesion.extent_mm},
          {"mean_hu", optional(lesion.mean_hu)},
          {"ground_glass_ml", optional(lesion.ground_glass_ml)},
          {"consolidation_ml", optional(lesion.consolidation_ml)},
          {"centre_mm", optional(lesion.centre_mm)},
          {"first_slice", lesion.first_slice},
          {"last_slice", lesion.last_slice},
          {"largest_slice", lesion.largest_slice},
          {"box", lesion.box},
          {"side", word(lesion.side)},
          {"share_of_lung", optional(lesion.share_of_lung)},
          {"third", word(lesion.third)},
          {"depth", word(lesion.depth)}};
}

}  // namespace

Json findings_json(const diagnosis::Findings& findings) {
  Json lungs = Json::array();
  for (const diagnosis::LungFinding& found : findings.lungs) lungs.push_back(lung(found));
  Json lesions = Json::array();
  for (const diagnosis::Lesion& found : findings.lesions) lesions.push_back(lesion(found));
  return {{"lungs", lungs},
          {"no_lungs", known(findings.no_lungs)},
          {"lung_volume_ml", optional(findings.lung_volume_ml)},
          {"opacity_in_lungs_ml", optional(findings.opacity_in_lungs_ml)},
          {"opacity_share", optional(findings.opacity_share)},
          {"severity", word(findings.severity)},
          {"opacity_outside_ml", optional(findings.opacity_outside_ml)},
          {"ground_glass_ml", optional(findings.ground_glass_ml)},
          {"consolidation_ml", optional(findings.consolidation_ml)},
          {"lesions", lesions},
          {"smaller_lesions", findings.smaller_lesions},
          {"smaller_lesions_ml", finite(findings.smaller_lesions_ml)}};
}

Json concerns_json(const std::vector<diagnosis::Concern>& concerns) {
  Json list = Json::array();
  for (const diagnosis::Concern& concern : concerns) {
    list.push_back(
        {{"code", concern.code}, {"text", concern.text}, {"decisive", concern.decisive}});
  }
  return list;
}

}  // namespace jcs::report
