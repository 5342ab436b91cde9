#include <string>

#include "body_axes.hpp"
#include "format.hpp"
#include "page.hpp"

namespace jcs::report {

namespace {

using diagnosis::Findings;
using diagnosis::Lesion;

std::string or_dash(const std::optional<double>& value, int digits) {
  return value ? fixed(*value, digits) : "–";
}
std::string millilitres(const std::optional<double>& ml) { return or_dash(ml, 1); }
std::string share(const std::optional<double>& value) {
  return value ? fixed(100.0 * *value, 1) : "–";
}

/// `left lung, upper third, peripheral`
std::string place(const Lesion& lesion, bool lungs_found) {
  if (!lesion.side) return lungs_found ? "outside the lungs" : "lungs not found";
  std::string text = std::string(diagnosis::to_text(*lesion.side)) + " lung";
  if (lesion.third) text += ", " + std::string(diagnosis::to_text(*lesion.third)) + " third";
  if (lesion.depth) text += ", " + std::string(diagnosis::to_text(*lesion.depth));
  return text;
}

PageData lung_rows(const Findings& findings) {
  PageData list = page_list();
  for (const diagnosis::LungFinding& lung : findings.lungs) {
    PageData row;
    row["name"] = lung.side == diagnosis::Side::kRight ? "Right lung" : "Left lung";
    row["volume"] = fixed(lung.volume_ml, 0);
    row["opacity"] = millilitres(lung.opacity_ml);
    row["share"] = share(lung.opacity_share);
    list << row;
  }
  if (findings.lung_volume_ml) {
    PageData row;
    row["name"] = "Both lungs";
    row["volume"] = fixed(*findings.lung_volume_ml, 0);
    row["opacity"] = millilitres(findings.opacity_in_lungs_ml);
    row["share"] = share(findings.opacity_share);
    list << row;
  }
  return list;
}

PageData lesion_row(const Lesion& lesion, bool lungs_found) {
  PageData row;
  row["number"] = std::to_string(lesion.number);
  row["place"] = place(lesion, lungs_found);
  row["volume"] = fixed(lesion.volume_ml, 1);
  row["share"] = share(lesion.share_of_lung);
  row["extent"] = fixed(lesion.extent_mm[0], 0) + " × " + fixed(lesion.extent_mm[1], 0) + " × " +
                  fixed(lesion.extent_mm[2], 0);
  row["hu"] = or_dash(lesion.mean_hu, 0);
  row["ground_glass"] = millilitres(lesion.ground_glass_ml);
  row["consolidation"] = millilitres(lesion.consolidation_ml);
  row["index"] = std::to_string(lesion.largest_slice);
  row["slice"] = std::to_string(lesion.largest_slice + 1);
  row["box"] = std::to_string(lesion.box[0]) + " " + std::to_string(lesion.box[1]) + " " +
               std::to_string(lesion.box[2]) + " " + std::to_string(lesion.box[3]);
  return row;
}

}  // namespace

PageData concern_list(const std::vector<diagnosis::Concern>& concerns) {
  PageData list = page_list();
  for (const diagnosis::Concern& concern : concerns) {
    PageData row;
    row["text"] = clean_text(concern.text);
    row["decisive"] = concern.decisive;
    list << row;
  }
  return list;
}

PageData findings_section(const diagnosis::CaseResult& result, const imaging::CtVolume& volume) {
  const Findings& findings = result.findings;
  PageData data;
  data["lungs"] = lung_rows(findings);
  data["has_lungs"] = !findings.lungs.empty();
  data["sides_assumed"] = !findings.lungs.empty() && !orientation_known(volume);
  data["no_lungs"] = text_or_false(clean_text(findings.no_lungs));
  PageData lesions = page_list();
  for (const Lesion& lesion : findings.lesions) {
    lesions << lesion_row(lesion, !findings.lungs.empty());
  }
  data["lesions"] = PageData(lesions);
  data["has_lesions"] = !findings.lesions.empty();
  data["none"] = result.segmented && findings.lesions.empty() && result.opacity_volume_ml;
  data["not_outlined"] = !result.segmented;
  data["smaller"] = text_or_false(
      findings.smaller_lesions == 0
          ? ""
          : counted(static_cast<std::int64_t>(findings.smaller_lesions), "smaller opacity area") +
                " below 0.1 ml, together " + fixed(findings.smaller_lesions_ml, 2) + " ml.");
  data["outside"] = text_or_false(findings.opacity_outside_ml.value_or(0.0) > 0
                                      ? fixed(*findings.opacity_outside_ml, 1) +
                                            " ml of what was outlined lie in neither lung."
                                      : "");
  return data;
}

}  // namespace jcs::report
